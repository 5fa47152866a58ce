"""A real node beside the simulated ones: kubelet, containerd and what a cluster needs to run containers."""

import sandbox.cluster as _cluster  # it imports what is here, so it has to come first

__all__ = ()
del _cluster
