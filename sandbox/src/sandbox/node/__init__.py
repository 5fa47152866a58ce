"""A real node beside the simulated ones: kubelet, containerd and everything else needed to run containers."""

import sandbox.cluster as _cluster  # it imports this package, so it must come first

__all__ = ()
del _cluster
