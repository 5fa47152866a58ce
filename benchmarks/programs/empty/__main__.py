"""An empty program: what any Pulumi program in Python pays."""

import pulumi

__all__ = ["pulumi"]
