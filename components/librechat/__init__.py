"""LibreChat: the web application."""
