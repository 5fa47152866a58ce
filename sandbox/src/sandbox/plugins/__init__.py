"""Stand-ins for the provider plugins ``kubernetes`` and ``random`` where the official ones are not available.

They are for tests: they match the official plugins in what a program relies on, serve the sandbox only,
and are named in the output of every command that uses them.
"""
