"""The pods of Ollama: GPUs, volumes, the environment of the server."""

from collections.abc import Callable
from typing import Any

import pytest

from components.ollama.pod import server_environment
from components.ollama.settings import Gpu, Server
from components.stack.settings import images
from tests.unit.pods import container, environment, template
from tests.unit.programs import ollama
from tests.unit.recording import Recording


def pod(program: Recording) -> dict[str, Any]:
    return template(program.object("Deployment", "ollama")).spec


VENDORS: dict[str, tuple[dict[str, Any], str, str]] = {
    "nvidia": ({"count": 2, "vendor": "nvidia"}, "nvidia.com/gpu", "ollama"),
    "amd": ({"count": 1, "vendor": "amd"}, "amd.com/gpu", "ollama-rocm"),
    "intel": ({"count": 1, "vendor": "intel"}, "gpu.intel.com/i915", "ollama"),
    "part": ({"count": 1, "resourceName": "nvidia.com/mig-1g.10gb"}, "nvidia.com/mig-1g.10gb", "ollama"),
}


@pytest.mark.parametrize("name", VENDORS)
def test_a_gpu_brings_its_limit_toleration_and_image(name: str) -> None:
    gpu, resource, image = VENDORS[name]
    program = ollama(gpu=gpu)
    server = container(program.object("Deployment", "ollama"), "ollama")
    assert server["resources"]["limits"][resource] == str(gpu["count"])
    assert [limit for limit in server["resources"]["limits"] if "/" in limit] == [resource]
    assert pod(program)["tolerations"] == [{"key": resource, "operator": "Exists", "effect": "NoSchedule"}]
    assert server["image"] == str(images()[image])
    values = environment(program.object("Deployment", "ollama"), "ollama")
    assert "NVIDIA_VISIBLE_DEVICES" not in values
    assert ("OLLAMA_VULKAN" in values) is (name == "intel")
    assert "runtimeClassName" not in pod(program)


@pytest.mark.parametrize("vendor", ["nvidia", "amd", "intel"])
def test_without_a_gpu_nothing_of_a_vendor_is_left(vendor: str) -> None:
    program = ollama(gpu={"count": 0, "vendor": vendor})
    server = container(program.object("Deployment", "ollama"), "ollama")
    assert set(server["resources"]["limits"]) == {"memory"}
    assert "tolerations" not in pod(program)
    assert server["image"] == str(images()["ollama"])
    values = environment(program.object("Deployment", "ollama"), "ollama")
    # The image's own value is "all": where the NVIDIA runtime is the default, it would hand over every GPU.
    assert values["NVIDIA_VISIBLE_DEVICES"] == "void"
    assert "OLLAMA_VULKAN" not in values


def test_the_runtime_class_is_the_one_that_is_set() -> None:
    program = ollama(gpu={"count": 1, "runtimeClassName": "nvidia"})
    assert pod(program)["runtimeClassName"] == "nvidia"


def test_every_directory_that_the_server_writes_to_is_a_volume(default_program: Recording) -> None:
    server = container(default_program.object("Deployment", "ollama"), "ollama")
    mounts = {mount["mountPath"]: mount["name"] for mount in server["volumeMounts"]}
    values = environment(default_program.object("Deployment", "ollama"), "ollama")
    # Without /tmp, detection of the GPU fails and the server uses the CPU in silence.
    assert {values["HOME"], values["OLLAMA_MODELS"], "/tmp"} == set(mounts)  # noqa: S108 - a path inside a container
    volumes = {volume["name"]: volume for volume in pod(default_program)["volumes"]}
    claim = volumes[mounts[values["OLLAMA_MODELS"]]]["persistentVolumeClaim"]
    assert claim["claimName"] == "ollama-data"


def test_the_server_probes_what_stays_quick_while_it_generates(default_program: Recording) -> None:
    server = container(default_program.object("Deployment", "ollama"), "ollama")
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert server[probe]["httpGet"] == {"path": "/api/version", "port": "http"}


SERVER: dict[str, tuple[Any, str]] = {
    "context_length": (0, "OLLAMA_CONTEXT_LENGTH"),
    "keep_alive": ("-1", "OLLAMA_KEEP_ALIVE"),
    "load_timeout": ("10m", "OLLAMA_LOAD_TIMEOUT"),
    "num_parallel": (4, "OLLAMA_NUM_PARALLEL"),
    "max_loaded_models": (2, "OLLAMA_MAX_LOADED_MODELS"),
    "max_queue": (1, "OLLAMA_MAX_QUEUE"),
    "no_prune": (True, "OLLAMA_NOPRUNE"),
    "no_cloud": (False, "OLLAMA_NO_CLOUD"),
    "flash_attention": (True, "OLLAMA_FLASH_ATTENTION"),
    "kv_cache_type": ("q8_0", "OLLAMA_KV_CACHE_TYPE"),
    "debug": (True, "OLLAMA_DEBUG"),
}


def test_every_setting_of_the_server_is_an_environment_variable() -> None:
    assert set(SERVER) == set(Server.model_fields)


@pytest.mark.parametrize("name", SERVER)
def test_a_setting_of_the_server_changes_its_variable_and_no_other(name: str) -> None:
    value, variable = SERVER[name]
    before = server_environment(Server(), Gpu())
    after = server_environment(Server.model_validate({name: value}), Gpu())
    assert {key for key in after if after[key] != before[key]} == {variable}
    assert after[variable] == (str(int(value)) if isinstance(value, bool) else str(value))


def test_further_environment_wins() -> None:
    program = ollama(extraEnvironment={"OLLAMA_DEBUG": "2", "HTTPS_PROXY": "http://proxy:3128"})
    values = environment(program.object("Deployment", "ollama"), "ollama")
    assert (values["OLLAMA_DEBUG"], values["HTTPS_PROXY"]) == ("2", "http://proxy:3128")


def test_what_is_passed_through_reaches_the_pod_unchanged() -> None:
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}}
    toleration = {"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5}
    spread = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}
    passed = {
        "labels": {"x": "y", "app.kubernetes.io/name": "other"},
        "annotations": {"a.b/c": "d"},
        "nodeSelector": {"example.org/disk": "ssd"},
        "tolerations": [toleration],
        "affinity": affinity,
        "topologySpreadConstraints": [spread],
        "priorityClassName": "high",
        "terminationGracePeriodSeconds": 7,
    }
    program = ollama(gpu={"count": 1}, pods=passed)
    spec, metadata = pod(program), template(program.object("Deployment", "ollama")).metadata
    assert metadata["labels"]["x"] == "y"
    assert metadata["labels"]["app.kubernetes.io/name"] == "ollama"
    assert metadata["annotations"]["a.b/c"] == "d"
    assert spec["nodeSelector"] == {"example.org/disk": "ssd"}
    assert spec["tolerations"][-1] == toleration
    assert len(spec["tolerations"]) == 2
    assert spec["affinity"] == affinity
    assert spec["topologySpreadConstraints"] == [spread]
    assert spec["priorityClassName"] == "high"
    assert spec["terminationGracePeriodSeconds"] == 7


Execute = Callable[..., Recording]


def test_volumes_and_variables_are_passed_through(execute: Execute) -> None:
    extra: dict[str, Any] = {
        "envFrom": [{"secretRef": {"name": "proxy-login"}}],
        "extraVolumes": [{"name": "ca", "configMap": {"name": "company-ca"}}],
        "extraVolumeMounts": [{"name": "ca", "mountPath": "/etc/company"}],
    }
    program = execute(**{name: {"pods": extra} for name in ("ollama", "librechat", "mongodb", "meilisearch")})
    owners = [*program.all("Deployment"), *program.all("StatefulSet")]
    assert len(owners) == 4
    for owner in owners:
        spec = template(owner).spec
        assert extra["extraVolumes"][0] in spec["volumes"]
        assert spec["containers"][0]["envFrom"] == extra["envFrom"]
        assert extra["extraVolumeMounts"][0] in spec["containers"][0]["volumeMounts"]
        assert len(spec["volumes"]) > 1
