"""Differences between a stack and its cluster, who made them, and how to revert them."""
