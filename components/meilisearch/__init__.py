"""Meilisearch: LibreChat's full-text search."""
