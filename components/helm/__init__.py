"""Servers that are deployed as a Deployment or as a Helm release."""
