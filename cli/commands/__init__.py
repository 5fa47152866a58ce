"""Commands of `python -m cli`, one module each; what a command needs is imported when it runs."""
