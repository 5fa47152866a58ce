"""MongoDB: LibreChat's database."""
