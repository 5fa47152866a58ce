"""Backups of MongoDB."""
