"""GPUs by their vendor."""

from typing import get_args

from components.ollama.gpu import VENDORS, gpu_environment, gpu_resource, pinned_image
from components.ollama.settings import Gpu, GpuVendor
from components.ollama.versions import OLLAMA, OLLAMA_ROCM


def test_the_image_and_the_resource_follow_the_vendor_only_with_a_gpu() -> None:
    assert pinned_image(Gpu(count=0, vendor="amd")) == OLLAMA
    assert pinned_image(Gpu(count=1, vendor="amd")) == OLLAMA_ROCM
    assert gpu_resource(Gpu(count=1, vendor="intel")) == "gpu.intel.com/i915"


def test_a_resource_of_ones_own_replaces_the_vendors() -> None:
    assert gpu_resource(Gpu(count=1, resource_name="nvidia.com/mig-1g.10gb")) == "nvidia.com/mig-1g.10gb"


def test_every_vendor_of_the_settings_is_known() -> None:
    assert set(VENDORS) == set(get_args(GpuVendor))


def test_without_a_gpu_the_image_does_not_take_them_all() -> None:
    assert gpu_environment(Gpu(count=0)) == {"NVIDIA_VISIBLE_DEVICES": "void"}
    assert gpu_environment(Gpu(count=1)) == {}
    assert gpu_environment(Gpu(count=1, vendor="intel")) == {"OLLAMA_VULKAN": "1"}
