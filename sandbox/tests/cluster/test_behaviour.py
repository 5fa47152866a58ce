"""What the embedded cluster does with objects: as a usual cluster would."""

from typing import Any

import pytest

from sandbox.cluster import Cluster
from sandbox.cluster.options import ClusterOptions
from sandbox.cluster.program import module_version
from sandbox.cluster.stages import INGRESS_ADDRESS, LOAD_BALANCER_ADDRESS, SIMULATE, SIMULATE_MESSAGE

from .conftest import Kubectl, Manifest, eventually

pytestmark = pytest.mark.engine


def pod(name: str, *, annotations: dict[str, str] | None = None, **spec: Any) -> Manifest:
    container = {"name": "main", "image": "example.org/main:1", **spec.pop("container", {})}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "annotations": annotations or {}},
        "spec": {"containers": [container], **spec},
    }


def is_ready(kubectl: Kubectl, name: str) -> bool:
    conditions = kubectl.get("pod", name)["status"].get("conditions", [])
    return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in conditions)


def container_state(kubectl: Kubectl, name: str, kind: str = "containerStatuses") -> dict[str, Any]:
    statuses = kubectl.get("pod", name)["status"].get(kind, [])
    return dict(statuses[0]["state"]) if statuses else {}


def test_server_reports_its_version(kubectl: Kubectl) -> None:
    assert f"Server Version: {module_version('k8s.io/kubernetes')}\n" in kubectl.must("version")


def test_gpu_pod_is_scheduled_to_the_gpu_node_and_ready(kubectl: Kubectl) -> None:
    toleration = [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    kubectl.apply(
        pod(
            "gpu",
            container={"resources": {"limits": {"nvidia.com/gpu": ClusterOptions().gpus}}},
            runtimeClassName="nvidia",
            tolerations=toleration,
        )
    )
    eventually(lambda: is_ready(kubectl, "gpu"), "the GPU pod is Ready")
    assert kubectl.get("pod", "gpu")["spec"]["nodeName"] == "gpu-1"
    kubectl.apply(pod("gpu-2", container={"resources": {"limits": {"nvidia.com/gpu": 1}}}, tolerations=toleration))

    def refused() -> bool:
        conditions = kubectl.get("pod", "gpu-2")["status"].get("conditions", [])
        return any("Insufficient nvidia.com/gpu" in entry.get("message", "") for entry in conditions)

    eventually(refused, "a second GPU pod finds no free GPU")
    kubectl.must("delete", "pod", "gpu", "gpu-2", "--timeout=20s")


def test_pod_without_toleration_stays_off_the_gpu_node(kubectl: Kubectl) -> None:
    kubectl.apply(pod("plain"))
    eventually(lambda: is_ready(kubectl, "plain"), "the pod is Ready")
    assert kubectl.get("pod", "plain")["spec"]["nodeName"] in ("node-1", "node-2")
    kubectl.must("delete", "pod", "plain", "--timeout=20s")


def test_init_containers_and_readiness_gates(kubectl: Kubectl) -> None:
    kubectl.apply(
        pod(
            "gated",
            initContainers=[
                {"name": "first", "image": "example.org/init:1"},
                {"name": "sidecar", "image": "example.org/sidecar:1", "restartPolicy": "Always"},
            ],
            readinessGates=[{"conditionType": "example.org/gate"}],
        )
    )
    eventually(lambda: is_ready(kubectl, "gated"), "the pod is Ready")
    assert "terminated" in container_state(kubectl, "gated", "initContainerStatuses")


def test_claim_is_bound_grown_and_its_volume_removed(kubectl: Kubectl) -> None:
    kubectl.apply(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data", "namespace": "default"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}},
        }
    )
    eventually(lambda: kubectl.get("pvc", "data")["status"]["phase"] == "Bound", "the claim is Bound")
    claim = kubectl.get("pvc", "data")
    volume = claim["spec"]["volumeName"]
    assert claim["spec"]["storageClassName"] == "standard"
    assert claim["status"]["capacity"] == {"storage": "10Gi"}
    kubectl.must("patch", "pvc", "data", "-p", '{"spec":{"resources":{"requests":{"storage":"20Gi"}}}}')
    eventually(lambda: kubectl.get("pvc", "data")["status"]["capacity"] == {"storage": "20Gi"}, "the claim has grown")
    assert kubectl.get("pv", volume)["spec"]["capacity"] == {"storage": "20Gi"}
    shrink = kubectl.run("patch", "pvc", "data", "-p", '{"spec":{"resources":{"requests":{"storage":"5Gi"}}}}')
    assert shrink.returncode != 0
    assert "can not be less than" in shrink.stderr
    kubectl.must("delete", "pvc", "data", "--timeout=20s")
    eventually(lambda: not kubectl.exists("pv", volume), "the volume is removed")


def test_volumes_that_would_remove_files_of_this_machine_are_refused(kubectl: Kubectl) -> None:
    manifest: Manifest = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "host-path"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "capacity": {"storage": "1Gi"},
            "hostPath": {"path": "/tmp/of-this-machine"},  # noqa: S108 - never created
            "persistentVolumeReclaimPolicy": "Delete",
        },
    }
    with pytest.raises(AssertionError, match="persistentVolumeReclaimPolicy: Retain"):
        kubectl.apply(manifest)
    kubectl.apply({**manifest, "spec": {**manifest["spec"], "persistentVolumeReclaimPolicy": "Retain"}})
    kubectl.must("delete", "pv", "host-path", "--timeout=20s")


def test_ingress_gets_an_address_and_the_default_class(kubectl: Kubectl) -> None:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    rule = {"host": "chat.example.org", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    kubectl.apply(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": "web", "namespace": "default"},
            "spec": {"rules": [rule]},
        }
    )
    eventually(lambda: bool(kubectl.get("ingress", "web")["status"]["loadBalancer"]), "the Ingress has an address")
    found = kubectl.get("ingress", "web")
    assert found["spec"]["ingressClassName"] == "nginx"
    assert found["status"]["loadBalancer"]["ingress"] == [{"ip": INGRESS_ADDRESS}]


def test_ingress_of_an_unknown_class_gets_no_address(kubectl: Kubectl) -> None:
    kubectl.apply(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": "other", "namespace": "default"},
            "spec": {
                "ingressClassName": "nobody",
                "defaultBackend": {"service": {"name": "web", "port": {"number": 80}}},
            },
        },
        load_balancer("after-it"),
    )
    eventually(lambda: bool(kubectl.get("service", "after-it")["status"]["loadBalancer"]), "KWOK has moved on")
    assert kubectl.get("ingress", "other")["status"]["loadBalancer"] == {}


def load_balancer(name: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}], "selector": {"app": "web"}},
    }


def test_load_balancer_gets_an_address(kubectl: Kubectl) -> None:
    kubectl.apply(load_balancer("web"))
    eventually(lambda: bool(kubectl.get("service", "web")["status"]["loadBalancer"]), "the Service has an address")
    (address,) = kubectl.get("service", "web")["status"]["loadBalancer"]["ingress"]
    assert address["ip"] == LOAD_BALANCER_ADDRESS


def job(name: str, annotations: dict[str, str] | None = None) -> Manifest:
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "backoffLimit": 0,
            "template": {
                "metadata": {"annotations": annotations or {}},
                "spec": {
                    "restartPolicy": "Never",
                    "containers": [{"name": "main", "image": "example.org/job:1"}],
                },
            },
        },
    }


def test_job_completes(kubectl: Kubectl) -> None:
    kubectl.apply(job("works"))
    eventually(lambda: kubectl.get("job", "works")["status"].get("succeeded") == 1, "the Job completes")


def test_job_fails_on_request_with_its_message(kubectl: Kubectl) -> None:
    kubectl.apply(job("fails", {SIMULATE: "job-failed", SIMULATE_MESSAGE: "pull model manifest: file does not exist"}))
    eventually(lambda: kubectl.get("job", "fails")["status"].get("failed") == 1, "the Job fails")
    (failed,) = kubectl.get("pods", "-l", "job-name=fails")["items"]
    assert failed["status"]["phase"] == "Failed"
    terminated = failed["status"]["containerStatuses"][0]["state"]["terminated"]
    assert terminated["exitCode"] == 1
    assert terminated["message"] == "pull model manifest: file does not exist"


@pytest.mark.parametrize(
    ("failure", "reason"), [("image-pull-error", "ImagePullBackOff"), ("crash-loop", "CrashLoopBackOff")]
)
def test_waiting_container_on_request(kubectl: Kubectl, failure: str, reason: str) -> None:
    kubectl.apply(pod(failure, annotations={SIMULATE: failure}))
    eventually(lambda: container_state(kubectl, failure).get("waiting", {}).get("reason") == reason, f"{reason} shows")
    settles(kubectl, failure)
    kubectl.must("delete", "pod", failure, "--timeout=20s")


def test_image_of_a_host_that_never_exists_cannot_be_pulled(kubectl: Kubectl) -> None:
    kubectl.apply(
        pod(
            "unpullable",
            container={"image": "registry.invalid/main:1"},
            initContainers=[{"name": "init", "image": "example.org/init:1"}],
        )
    )
    eventually(
        lambda: container_state(kubectl, "unpullable").get("waiting", {}).get("reason") == "ImagePullBackOff",
        "ImagePullBackOff shows",
    )
    assert "terminated" in container_state(kubectl, "unpullable", "initContainerStatuses")
    settles(kubectl, "unpullable")


def test_never_ready_on_request(kubectl: Kubectl) -> None:
    kubectl.apply(pod("never", annotations={SIMULATE: "never-ready"}))
    eventually(lambda: "running" in container_state(kubectl, "never"), "the container runs")
    settles(kubectl, "never")


def settles(kubectl: Kubectl, name: str) -> None:
    """Check that a pod is not Ready and that nothing writes to it any more."""
    kubectl.apply(pod(f"after-{name}"))
    before = kubectl.get("pod", name)
    eventually(lambda: is_ready(kubectl, f"after-{name}"), "KWOK has moved on")
    after = kubectl.get("pod", name)
    assert not is_ready(kubectl, name)
    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


def test_restricted_namespace_refuses_a_privileged_pod(kubectl: Kubectl) -> None:
    kubectl.apply(
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": "strict", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
        }
    )
    refused = pod("privileged", container={"securityContext": {"privileged": True}})
    refused["metadata"]["namespace"] = "strict"
    with pytest.raises(AssertionError, match='violates PodSecurity "restricted'):
        kubectl.apply(refused)


def test_service_account_token_is_limited_by_rbac(kubectl: Kubectl, cluster: Cluster) -> None:
    kubectl.must("create", "serviceaccount", "reader", "-n", "default")
    token = kubectl.must("create", "token", "reader", "-n", "default").strip()
    server = cluster.status().server
    as_reader = ("--kubeconfig=/dev/null", f"--server={server}", "--insecure-skip-tls-verify", f"--token={token}")
    assert "system:serviceaccount:default:reader" in kubectl.must(*as_reader, "auth", "whoami")
    forbidden = kubectl.run(*as_reader, "get", "secrets", "-n", "default")
    assert forbidden.returncode != 0
    assert 'User "system:serviceaccount:default:reader" cannot list resource "secrets"' in forbidden.stderr


def test_strangers_get_nowhere(kubectl: Kubectl, cluster: Cluster) -> None:
    server = cluster.status().server
    stranger = ("--kubeconfig=/dev/null", f"--server={server}", "--insecure-skip-tls-verify")
    refused = kubectl.run(*stranger, "--username=admin", "--password=admin", "get", "namespaces")
    assert refused.returncode != 0
    anonymous = kubectl.run(*stranger, "--token=admin", "get", "namespaces")
    assert anonymous.returncode != 0


def test_namespace_goes_with_everything_in_it(kubectl: Kubectl) -> None:
    kubectl.must("create", "namespace", "short-lived")
    kubectl.must("create", "deployment", "web", "--image=example.org/web:1", "-n", "short-lived")
    kubectl.must("rollout", "status", "deployment/web", "-n", "short-lived", "--timeout=30s")
    kubectl.must("delete", "namespace", "short-lived", "--timeout=40s")
    assert not kubectl.exists("namespace", "short-lived")
