"""GPUs by their vendor."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .settings import Gpu


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """What a vendor's GPUs need.

    Attributes:
        resource: Extended resource of its device plugin, which is also the taint of its nodes.
        image: Name of the image that supports them, in the component's images.
        environment: Variables of the server.
    """

    resource: str
    image: str = "ollama"
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


VENDORS: Mapping[str, Vendor] = {
    "nvidia": Vendor(resource="nvidia.com/gpu"),
    "amd": Vendor(resource="amd.com/gpu", image="ollama-rocm"),
    "intel": Vendor(resource="gpu.intel.com/i915", environment={"OLLAMA_VULKAN": "1"}),
}
"""The vendors by the name in `gpu.vendor`."""

WITHOUT_GPU: Mapping[str, str] = {"NVIDIA_VISIBLE_DEVICES": "void"}
"""Variables of a server without GPUs: where the NVIDIA runtime is the nodes' default, the image's own `all` would hand
over every GPU unasked."""


def gpu_resource(gpu: Gpu) -> str:
    """Return the extended resource of the GPUs."""
    return gpu.resource_name or VENDORS[gpu.vendor].resource


def image_name(gpu: Gpu) -> str:
    """Return the name of the image that supports the GPUs."""
    return VENDORS[gpu.vendor].image if gpu.count else "ollama"


def gpu_environment(gpu: Gpu) -> Mapping[str, str]:
    """Return the variables of the server that depend on its GPUs."""
    return VENDORS[gpu.vendor].environment if gpu.count else WITHOUT_GPU
