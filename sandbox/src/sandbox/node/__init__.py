"""A real node beside the simulated ones: kubelet, containerd and what a cluster needs to run containers."""
