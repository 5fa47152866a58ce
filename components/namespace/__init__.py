"""A namespace and what holds for all pods in it."""
