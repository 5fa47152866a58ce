"""An empty program: the minimum time of any Pulumi program in Python."""

import pulumi

__all__ = ["pulumi"]
