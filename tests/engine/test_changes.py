"""Changes to a running stack: drift and its repair, updates in place, rollouts when content changes."""

import shutil
from typing import Any

import pytest
from pulumi import automation as auto

from tests.engine.conftest import MakeStack
from tests.engine.stack import PROJECT, Kubernetes, Stack

OLLAMA, LIBRECHAT = "changes-ollama", "changes-librechat"
NAME = "app.kubernetes.io/name"


@pytest.fixture(scope="module")
def running(make_stack: MakeStack) -> Stack:
    stack = make_stack("changes", {"namespaces": {"prefix": "changes-"}})
    stack.up()
    return stack


def test_scaling_by_hand_is_found_and_repaired(running: Stack, kubernetes: Kubernetes) -> None:
    kubernetes.apps.patch_namespaced_deployment_scale(
        "ollama", OLLAMA, {"spec": {"replicas": 3}}, field_manager="kubectl"
    )
    assert running.steps(refresh=True) == {"ollama-deployment": "update"}
    with pytest.raises(auto.errors.CommandError):
        running.preview(refresh=True, expect_no_changes=True)
    running.up(refresh=True)
    assert kubernetes.deployment(OLLAMA, "ollama")["spec"]["replicas"] == 1
    running.preview(refresh=True, expect_no_changes=True)


def test_an_object_that_was_deleted_by_hand_comes_back(running: Stack, kubernetes: Kubernetes) -> None:
    kubernetes.core.delete_namespaced_service("ollama", OLLAMA)
    assert "ollama-service" in running.steps(refresh=True)
    running.up(refresh=True)
    assert kubernetes.core.read_namespaced_service("ollama", OLLAMA).spec.ports[0].port == 11434


def test_an_image_change_is_an_update_in_place(running: Stack, kubernetes: Kubernetes) -> None:
    before = kubernetes.deployment(OLLAMA, "ollama")
    running.change({"ollama": {"image": "docker.io/ollama/ollama:0.32.14"}})
    assert running.steps() == {"ollama-deployment": "update"}
    running.up()
    after = kubernetes.deployment(OLLAMA, "ollama")
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["spec"]["template"]["spec"]["containers"][0]["image"] == "docker.io/ollama/ollama:0.32.14"
    running.change({"ollama": {"image": ""}})
    running.up()


def pod_names(kubernetes: Kubernetes, name: str) -> set[str]:
    return {
        pod["metadata"]["name"] for pod in kubernetes.pods(LIBRECHAT) if pod["metadata"]["labels"].get(NAME) == name
    }


def test_a_change_of_librechat_yaml_rolls_the_pods(running: Stack, kubernetes: Kubernetes) -> None:
    before, stores = pod_names(kubernetes, "librechat"), pod_names(kubernetes, "librechat-mongodb")
    running.change({"librechat": {"endpoint": {"addParams": {"temperature": 0.2}}}})
    assert running.steps() == {"librechat-config": "update", "librechat-deployment": "update"}
    running.up()
    config = kubernetes.core.read_namespaced_config_map("librechat-config", LIBRECHAT).data["librechat.yaml"]
    assert "temperature: 0.2" in config
    assert pod_names(kubernetes, "librechat").isdisjoint(before)
    assert pod_names(kubernetes, "librechat-mongodb") == stores


def test_rotated_jwt_secrets_roll_the_pods_and_leave_the_rest(running: Stack, kubernetes: Kubernetes) -> None:
    name = "librechat-credentials-env"
    before, pods = kubernetes.core.read_namespaced_secret(name, LIBRECHAT).data, pod_names(kubernetes, "librechat")
    running.change({"librechat": {"jwtRotation": 2}})
    running.up()
    after = kubernetes.core.read_namespaced_secret(name, LIBRECHAT).data
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {"JWT_SECRET", "JWT_REFRESH_SECRET"}
    assert pod_names(kubernetes, "librechat").isdisjoint(pods)


def test_what_encrypts_stored_data_is_replaced_by_its_own_switch_only(running: Stack, kubernetes: Kubernetes) -> None:
    name = "librechat-credentials-env"
    before, pods = kubernetes.core.read_namespaced_secret(name, LIBRECHAT).data, pod_names(kubernetes, "librechat")
    running.change({"librechat": {"rotateCredentialsAndLoseStoredKeys": 2}})
    running.up()
    after = kubernetes.core.read_namespaced_secret(name, LIBRECHAT).data
    assert {key for key in before if before[key] != after[key]} == {"CREDS_KEY", "CREDS_IV"}
    assert pod_names(kubernetes, "librechat").isdisjoint(pods)


def test_a_claim_grows_in_place(running: Stack, kubernetes: Kubernetes) -> None:
    before = kubernetes.core.read_namespaced_persistent_volume_claim("ollama-data", OLLAMA)
    running.change({"ollama": {"storage": {"size": "20Gi"}}})
    assert running.steps() == {"ollama-data": "update"}
    running.up()
    after = kubernetes.core.read_namespaced_persistent_volume_claim("ollama-data", OLLAMA)
    assert after.metadata.uid == before.metadata.uid
    assert after.spec.resources.requests["storage"] == "20Gi"


def test_what_no_setting_covers_is_a_transform(running: Stack, kubernetes: Kubernetes) -> None:
    shutil.copyfile(PROJECT / "docs" / "examples" / "transforms.py", running.directory / "transforms.py")
    program = running.directory / "__main__.py"
    program.write_text(program.read_text().replace("import pulumi\n", "import transforms\nimport pulumi\n", 1))
    assert running.steps() == {"ollama-deployment": "update"}
    running.up()
    spec = kubernetes.deployment(OLLAMA, "ollama")["spec"]["template"]["spec"]
    assert spec["hostAliases"] == [{"ip": "10.1.2.3", "hostnames": ["registry.internal"]}]


PODS: dict[str, Any] = {
    "labels": {"team": "search"},
    "annotations": {"example.org/contact": "ada"},
    "envFrom": [{"configMapRef": {"name": "proxy", "optional": True}}],
    "extraVolumes": [{"name": "ca", "configMap": {"name": "company-ca", "optional": True}}],
    "extraVolumeMounts": [{"name": "ca", "mountPath": "/etc/company", "readOnly": True}],
    "topologySpreadConstraints": [
        {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": {"app.kubernetes.io/name": "librechat"}},
        }
    ],
}


def test_what_is_passed_through_reaches_the_pods(running: Stack, kubernetes: Kubernetes) -> None:
    running.change({"librechat": {"pods": PODS, "extraEnvironment": {"TZ": "Europe/Berlin"}}})
    running.up()
    (pod,) = [p for p in kubernetes.pods(LIBRECHAT) if p["metadata"]["labels"][NAME] == "librechat"]
    assert pod["metadata"]["labels"]["team"] == "search"
    assert pod["metadata"]["annotations"]["example.org/contact"] == "ada"
    assert pod["spec"]["topologySpreadConstraints"] == PODS["topologySpreadConstraints"]
    (container,) = pod["spec"]["containers"]
    assert {"name": "TZ", "value": "Europe/Berlin"} in container["env"]
    assert container["envFrom"] == PODS["envFrom"]
    assert PODS["extraVolumeMounts"][0] in container["volumeMounts"]
    running.preview(refresh=True, expect_no_changes=True)
