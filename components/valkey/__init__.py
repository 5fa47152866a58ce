"""Valkey: the Redis that several pods of LibreChat share."""
