"""GPUs by their vendor."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..images import Image
from .settings import Gpu
from .versions import OLLAMA, OLLAMA_ROCM


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """What a vendor's GPUs need.

    Attributes:
        resource: Extended resource of its device plugin, which is also the taint of its nodes.
        image: Image that supports them.
        environment: Variables of the server.
    """

    resource: str
    image: Image = OLLAMA
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


VENDORS: Mapping[str, Vendor] = {
    "nvidia": Vendor(resource="nvidia.com/gpu"),
    "amd": Vendor(resource="amd.com/gpu", image=OLLAMA_ROCM),
    "intel": Vendor(resource="gpu.intel.com/i915", environment={"OLLAMA_VULKAN": "1"}),
}
"""The vendors by the name in `gpu.vendor`."""

WITHOUT_GPU: Mapping[str, str] = {"NVIDIA_VISIBLE_DEVICES": "void"}
"""Variables of a server without GPUs. The image sets NVIDIA_VISIBLE_DEVICES to `all`: the pod would get every GPU
of a node where the NVIDIA runtime is the default."""


def gpu_resource(gpu: Gpu) -> str:
    """Return the extended resource of the GPUs."""
    return gpu.resource_name or VENDORS[gpu.vendor].resource


def pinned_image(gpu: Gpu) -> Image:
    """Return the image that supports the GPUs."""
    return VENDORS[gpu.vendor].image if gpu.count else OLLAMA


def gpu_environment(gpu: Gpu) -> Mapping[str, str]:
    """Return the variables of the server that depend on its GPUs."""
    return VENDORS[gpu.vendor].environment if gpu.count else WITHOUT_GPU
