"""The pods of a Helm release, rendered by Helm, compared with those of the native Deployment."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.plugins.kubernetes.helm import command
from tests.unit.pods import WITHOUT_LOG, Pod, violations
from tests.unit.programs import librechat, ollama
from tests.unit.recording import Recording

pytestmark = pytest.mark.engine

VARIABLE = "OLLAMA_LIBRECHAT_CHARTS"
"""Environment variable with the path of a folder with the real charts, `ollama` and `librechat`."""

OWN = Path(__file__).resolve().parents[1] / "charts"
PROGRAMS = {"ollama": ollama, "librechat": librechat}
SPREAD = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "ollama": [
        {},
        {
            "gpu": {"count": 2, "vendor": "amd", "runtimeClassName": "amd"},
            "image": f"registry.example.org:5000/hub/ollama@sha256:{'0123456789abcdef' * 4}",
            "replicas": 2,
            "storage": {"accessMode": "ReadWriteMany", "existingClaim": "models"},
            "extraEnvironment": {"HTTPS_PROXY": "http://proxy:3128"},
            "pods": {
                "labels": {"example.org/team": "a"},
                "annotations": {"example.org/note": "b"},
                "nodeSelector": {"example.org/disk": "ssd"},
                "tolerations": [{"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5}],
                "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
                "topologySpreadConstraints": [
                    {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
                ],
                "priorityClassName": "high",
                "terminationGracePeriodSeconds": 7,
                "envFrom": [{"secretRef": {"name": "proxy-login"}}],
                "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
                "extraVolumeMounts": [{"name": "ca", "mountPath": "/ca", "readOnly": True}],
            },
        },
    ],
    "librechat": [
        {},
        {
            "image": f"registry.example.org/librechat:1.2.3@sha256:{'0123456789abcdef' * 4}",
            "replicas": 2,
            "redis": {"existingSecret": "redis"},
            "storage": {"accessMode": "ReadWriteMany"},
            "metrics": {"enabled": True},
            "extraEnvironment": {"HTTPS_PROXY": "http://proxy:3128"},
            "pods": {
                "labels": {"example.org/team": "a"},
                "annotations": {"example.org/note": "b"},
                "nodeSelector": {"example.org/disk": "ssd"},
                "tolerations": [{"key": "a", "operator": "Exists"}],
                "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
                "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
                "extraVolumeMounts": [{"name": "ca", "mountPath": "/ca", "readOnly": True}],
            },
        },
    ],
}
CASES = [(name, settings) for name, several in SETTINGS.items() for settings in several]
IDS = [f"{name}-{index}" for name, several in SETTINGS.items() for index in range(len(several))]


@pytest.fixture(params=["own", "real"])
def charts(request: pytest.FixtureRequest) -> Path:
    if request.param == "own":
        return OWN
    folder = os.environ.get(VARIABLE)
    if not folder:
        pytest.skip(f"no real charts: set {VARIABLE} to a folder with them (docs/helm.md)")
    return Path(folder)


def rendered(chart: Path, program: Recording) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the objects of a program's release by kind and name, as Helm renders them, without chart tests."""
    [release] = program.all("Release")
    done = subprocess.run(
        [command(), "template", release.inputs["name"], chart, "--namespace", "n", "--values", "-"],
        input=json.dumps(release.inputs["values"]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    items = [item for item in yaml.safe_load_all(done.stdout) if item]
    hooks = [item for item in items if "helm.sh/hook" in (item["metadata"].get("annotations") or {})]
    return {(item["kind"], item["metadata"]["name"]): item for item in items if item not in hooks}


def by_name(entries: list[dict[str, Any]], key: str = "name") -> dict[str, dict[str, Any]]:
    found = {entry[key]: entry for entry in entries}
    assert len(found) == len(entries), "two entries of one name"
    return found


def without(values: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in keys and value not in (None, [], {})}


@pytest.mark.parametrize(("name", "settings"), CASES, ids=IDS)
def test_the_pod_of_a_release_is_the_native_one(charts: Path, name: str, settings: dict[str, Any]) -> None:
    native = PROGRAMS[name](**settings).object("Deployment", name).inputs
    objects = rendered(charts / name, PROGRAMS[name](**settings, method="helm"))
    release = objects["Deployment", f"{name}-helm"]
    for key in ("replicas", "strategy"):
        assert release["spec"][key] == native["spec"][key]
    before, after = (item["spec"]["template"]["spec"] for item in (native, release))
    lost = {"ollama": ("enableServiceLinks",), "librechat": ("terminationGracePeriodSeconds",)}[name]
    parts = ("containers", "initContainers", "volumes", "automountServiceAccountToken")
    assert without(after, *parts) == without(before, *parts, *lost)
    volumes = by_name(after["volumes"])
    if name == "librechat":
        volumes["config"] = {**volumes.pop("config-yaml"), "name": "config"}
    assert volumes == by_name(before["volumes"])
    _same_container(name, before["containers"][0], after["containers"][0], objects)
    waits = [without(entry) for entry in after.get("initContainers", [])]
    assert waits == [without(entry) for entry in before.get("initContainers", [])]


def _same_container(name: str, before: dict[str, Any], after: dict[str, Any], objects: dict[Any, Any]) -> None:
    assert after["image"] == before["image"]
    for key in ("resources", "ports", *(["lifecycle"] if name == "ollama" else [])):
        assert after[key] == before[key], key
    seconds, most = (found["lifecycle"]["preStop"]["sleep"]["seconds"] for found in (after, before))
    assert 0 < seconds <= most
    assert {**before["securityContext"], **after["securityContext"]} == after["securityContext"]
    mounts = by_name(after["volumeMounts"], "mountPath")
    wanted = by_name(before["volumeMounts"], "mountPath")
    if name == "librechat":
        config = {
            "name": "config-yaml",
            "mountPath": "/app/librechat.yaml",
            "subPath": "librechat.yaml",
            "readOnly": True,
        }
        assert mounts.pop("/app/librechat.yaml") == config
        del wanted["/config"]
    assert mounts == wanted
    environment = {key: without(entry, "name") for key, entry in by_name(after.get("env", [])).items()}
    sources = without({"envFrom": after.get("envFrom")}).get("envFrom", [])
    expected = {key: without(entry, "name") for key, entry in by_name(before["env"]).items()}
    if name == "librechat":
        assert sources == [{"configMapRef": {"name": "librechat-helm-configenv"}}]
        plain = objects["ConfigMap", "librechat-helm-configenv"]["data"]
        environment |= {key: {"value": value} for key, value in plain.items()}
        expected["CONFIG_PATH"] = {"value": "/app/librechat.yaml"}
        npm = {key for key in environment if key.startswith("npm_config_")}
        assert set(environment) - npm == set(expected)
        environment = without(environment, *npm)
    else:
        assert sources == before.get("envFrom", [])
        expected["OLLAMA_HOST"] = {"value": "0.0.0.0:11434"}
    assert environment == expected
    for key in ("livenessProbe", "readinessProbe"):
        assert without(after[key], "initialDelaySeconds", "successThreshold") == before[key]
    startup = before["startupProbe"]
    assert after["livenessProbe"]["initialDelaySeconds"] == startup["periodSeconds"] * startup["failureThreshold"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_services_and_policies_select_the_pods_of_the_release(charts: Path, name: str) -> None:
    program = PROGRAMS[name](method="helm")
    labels = rendered(charts / name, program)["Deployment", f"{name}-helm"]["spec"]["template"]["metadata"]["labels"]
    assert program.object("Service", name).spec["selector"].items() <= labels.items()


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_pod_of_a_release_is_restricted(charts: Path, name: str) -> None:
    program = PROGRAMS[name](method="helm")
    template = rendered(charts / name, program)["Deployment", f"{name}-helm"]["spec"]["template"]
    pod = Pod(program.all("Release")[0], template["metadata"], template["spec"])
    assert [violation for violation in violations(pod) if not violation.endswith(WITHOUT_LOG)] == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_release_holds_a_deployment_a_service_and_nothing_that_is_ours(charts: Path, name: str) -> None:
    found = set(rendered(charts / name, PROGRAMS[name](method="helm")))
    expected = {("Deployment", f"{name}-helm"), ("Service", f"{name}-helm")}
    if name == "librechat":
        expected.add(("ConfigMap", "librechat-helm-configenv"))
    assert found == expected


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_secret_is_in_the_values(name: str) -> None:
    program = PROGRAMS[name](method="helm")
    [release] = program.all("Release")
    assert release.secrets == frozenset()
    text = json.dumps(release.inputs)
    assert "hunter2" not in text
    for secret in program.generated().values():
        assert secret not in text
