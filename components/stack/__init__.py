"""A whole stack: its settings, its rules, and how the program puts the components together."""
