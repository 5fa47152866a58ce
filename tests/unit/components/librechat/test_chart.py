"""Values of LibreChat's chart: what of the pod they carry, and what stays with this program."""

from typing import Any

import pulumi
import pytest

from components.helm.server import Strategy
from components.librechat.chart import NPM, PRE_STOP_LIMIT, librechat_values
from components.workload.pod import Pod
from tests.unit.components.helm.servers import workload
from tests.unit.pods import container, template
from tests.unit.programs import librechat
from tests.unit.recording import run

SHARED = {"storage": {"accessMode": "ReadWriteMany"}}


def values(**settings: Any) -> dict[str, Any]:
    [release] = librechat(method="helm", **settings).all("Release")
    return release.inputs["values"]


def test_the_chart_creates_the_deployment_and_leaves_everything_else_to_this_program() -> None:
    found = values()
    assert found["fullnameOverride"] == "librechat-helm"
    assert found["serviceAccount"] == {"create": False, "name": "librechat"}
    assert found["librechat"]["existingConfigYaml"] == "librechat-config"
    assert found["librechat"]["imageVolume"] == {"enabled": False}
    for part in ("mongodb", "meilisearch", "redis", "librechat-rag-api", "ingress", "autoscaling"):
        assert found[part] == {"enabled": False}


def test_the_environment_is_that_of_the_deployment() -> None:
    server, found = container(librechat().object("Deployment", "librechat"), "librechat"), values()
    plain = {entry["name"]: entry["value"] for entry in server["env"] if "value" in entry}
    assert found["librechat"]["configEnv"] == {**plain, **NPM, "CONFIG_PATH": "/app/librechat.yaml"}


def test_every_secret_variable_names_a_secret_that_has_to_exist() -> None:
    server, found = container(librechat().object("Deployment", "librechat"), "librechat"), values()
    secret = [entry for entry in server["env"] if "valueFrom" in entry]
    assert secret
    assert found["global"]["librechat"] == {"existingSecretName": "", "env": secret}
    assert not any("optional" in entry["valueFrom"]["secretKeyRef"] for entry in secret)


def test_the_pod_is_that_of_the_deployment() -> None:
    pod, found = template(librechat().object("Deployment", "librechat")).spec, values()
    [server] = pod["containers"]
    assert "{registry}/{repository}:{tag}".format(**found["image"]) == server["image"]
    assert found["resources"] == server["resources"]
    assert found["securityContext"] == server["securityContext"]
    assert found["podSecurityContext"] == pod["securityContext"]
    assert found["initContainers"] == {
        entry["name"]: {key: value for key, value in entry.items() if key != "name"} for entry in pod["initContainers"]
    }
    assert found["volumes"] == [volume for volume in pod["volumes"] if volume["name"] != "config"]
    assert found["volumeMounts"] == [mount for mount in server["volumeMounts"] if mount["name"] != "config"]


def test_the_wait_before_the_end_leaves_time_to_end_streams() -> None:
    native = container(librechat(**SHARED).object("Deployment", "librechat"), "librechat")
    assert native["lifecycle"]["preStop"]["sleep"]["seconds"] > PRE_STOP_LIMIT
    assert values(**SHARED)["lifecycle"]["preStop"]["sleep"]["seconds"] == PRE_STOP_LIMIT


def test_a_liveness_probe_allows_the_time_of_the_startup_probe() -> None:
    assert values()["livenessProbe"]["initialDelaySeconds"] == 300


def test_what_is_not_set_is_left_to_the_chart() -> None:
    assert not {"nodeSelector", "tolerations", "affinity", "imagePullSecrets"} & set(values())
    assert values(pods={"nodeSelector": {"disk": "ssd"}})["nodeSelector"] == {"disk": "ssd"}


def test_a_part_of_the_pod_that_is_not_translated_is_refused() -> None:
    pod = Pod(metadata={"labels": {}}, spec={"containers": [], "priority_class_name": "high"})

    def program() -> None:
        image = pulumi.Output.from_input("librechat:1")
        with pytest.raises(ValueError, match="no chart value is known for priority_class_name"):
            librechat_values(
                pod, workload(), image=image, strategy=Strategy(type="Recreate"), environment={}, secrets={}
            )

    run(program)
