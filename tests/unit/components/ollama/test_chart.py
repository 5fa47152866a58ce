"""Values of Ollama's chart: what of the pod they carry, and what stays with this program."""

from typing import Any

import pulumi
import pytest

from components.helm.server import Strategy
from components.ollama.chart import ollama_values
from components.workload.pod import Pod
from tests.unit.components.helm.servers import workload
from tests.unit.pods import container, template
from tests.unit.programs import ollama
from tests.unit.recording import run


def values(**settings: Any) -> dict[str, Any]:
    [release] = ollama(method="helm", **settings).all("Release")
    return release.inputs["values"]


def test_the_chart_creates_the_deployment_and_leaves_everything_else_to_this_program() -> None:
    found = values()
    assert found["fullnameOverride"] == found["nameOverride"] == "ollama-helm"
    assert found["serviceAccount"] == {"create": False, "name": "ollama"}
    assert found["persistentVolume"] == {"enabled": True, "existingClaim": "ollama-data"}
    assert found["ollama"]["models"] == {"pull": [], "run": [], "create": [], "clean": False}
    for part in ("ingress", "gateway", "httpRoute", "autoscaling", "knative", "tests"):
        assert found[part] == {"enabled": False}


def test_the_container_is_that_of_the_deployment() -> None:
    settings = {
        "gpu": {"count": 1, "vendor": "intel"},
        "image": "registry.example.org:5000/ollama:1@sha256:" + "0" * 64,
    }
    native = ollama(**settings).object("Deployment", "ollama")
    server, found = container(native, "ollama"), values(**settings)
    assert f"{found['image']['repository']}:{found['image']['tag']}" == server["image"]
    assert found["resources"] == server["resources"]
    assert found["securityContext"] == server["securityContext"]
    assert found["lifecycle"] == server["lifecycle"]
    assert found["extraEnv"] == [entry for entry in server["env"] if entry["name"] != "OLLAMA_HOST"]
    mounts = [mount for mount in server["volumeMounts"] if mount["name"] != "ollama-data"]
    assert found["volumeMounts"] == mounts
    assert found["podSecurityContext"] == template(native).spec["securityContext"]


def test_a_liveness_probe_allows_the_time_of_the_startup_probe() -> None:
    assert values()["livenessProbe"]["initialDelaySeconds"] == 120
    assert values()["readinessProbe"]["path"] == "/api/version"


def test_what_is_not_set_is_left_to_the_chart() -> None:
    optional = {"nodeSelector", "affinity", "priorityClassName", "runtimeClassName", "extraEnvFrom", "podAnnotations"}
    assert not optional & set(values())
    found = values(pods={"nodeSelector": {"disk": "ssd"}, "annotations": {"note": "a"}, "priorityClassName": "high"})
    assert found["nodeSelector"] == {"disk": "ssd"}
    assert found["podAnnotations"] == {"note": "a"}
    assert found["priorityClassName"] == "high"


def test_labels_of_the_chart_are_left_to_it() -> None:
    assert not {"app.kubernetes.io/name", "app.kubernetes.io/managed-by"} & set(values()["podLabels"])
    assert values(pods={"labels": {"team": "a"}})["podLabels"]["team"] == "a"


def test_a_part_of_the_pod_that_is_not_translated_is_refused() -> None:
    pod = Pod(metadata={"labels": {}}, spec={"containers": [], "host_network": True})

    def program() -> None:
        image = pulumi.Output.from_input("ollama:1")
        with pytest.raises(ValueError, match="no chart value is known for host_network"):
            ollama_values(pod, workload(), image=image, strategy=Strategy(type="Recreate"))

    run(program)
