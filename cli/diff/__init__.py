"""How two stacks differ, in their settings and in the objects that they declare."""
