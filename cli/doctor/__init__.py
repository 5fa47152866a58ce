"""Checks what a cluster lacks for a stack, before anything is deployed."""
