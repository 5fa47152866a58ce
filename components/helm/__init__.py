"""Servers that a Helm release runs in place of a Deployment."""
