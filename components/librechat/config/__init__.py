"""librechat.yaml: its content, how it is written, and what is wrong with it."""
