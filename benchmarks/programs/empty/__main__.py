"""An empty program: what any Pulumi program in Python pays."""

import pulumi  # noqa: F401 - the import is what is measured
