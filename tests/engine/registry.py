"""Models that cannot be pulled on a test cluster: their Jobs fail with the client's own message."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kubernetes import client

from sandbox.cluster.stages import SIMULATE, SIMULATE_MESSAGE
from tests.engine.stack import Kubernetes

GROUP, VERSION = "admissionregistration.k8s.io", "v1"
POLICIES, BINDINGS = "mutatingadmissionpolicies", "mutatingadmissionpolicybindings"
IN_FORCE_SECONDS = 60.0


@contextmanager
def missing(kubernetes: Kubernetes, model: str, reason: str) -> Iterator[None]:
    """Let every pod that pulls a model fail with the termination message `<model>: <reason>`.

    The sandbox simulates pods, so an admission policy requests the failure; the stack is unchanged.
    """
    api = client.CustomObjectsApi(kubernetes.api)
    name = "missing-model"
    pulls = "has(c.env) && c.env.exists(e, e.name == 'MODEL' && has(e.value) && e.value == " + json.dumps(model) + ")"
    annotations = json.dumps({SIMULATE: "job-failed", SIMULATE_MESSAGE: f"{model}: {reason}"})
    policy = {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {
                "resourceRules": [
                    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
                ]
            },
            "matchConditions": [{"name": "pulls-it", "expression": f"object.spec.containers.exists(c, {pulls})"}],
            "failurePolicy": "Fail",
            "reinvocationPolicy": "Never",
            "mutations": [
                {
                    "patchType": "ApplyConfiguration",
                    "applyConfiguration": {
                        "expression": f"Object{{metadata: Object.metadata{{annotations: {annotations}}}}}"
                    },
                }
            ],
        },
    }
    binding = {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name},
    }
    api.create_cluster_custom_object(GROUP, VERSION, POLICIES, policy)
    api.create_cluster_custom_object(GROUP, VERSION, BINDINGS, binding)
    try:
        _until(kubernetes, model, in_force=True)
        yield
    finally:
        api.delete_cluster_custom_object(GROUP, VERSION, BINDINGS, name)
        api.delete_cluster_custom_object(GROUP, VERSION, POLICIES, name)
        _until(kubernetes, model, in_force=False)


def _until(kubernetes: Kubernetes, model: str, *, in_force: bool) -> None:
    """Wait until the API server has loaded the policy, or removed it."""
    pod = {
        "metadata": {"generateName": "probe-"},
        "spec": {"containers": [{"name": "c", "image": "x", "env": [{"name": "MODEL", "value": model}]}]},
    }
    until = time.monotonic() + IN_FORCE_SECONDS
    while time.monotonic() < until:
        made = kubernetes.core.create_namespaced_pod("default", pod, dry_run="All")
        if (SIMULATE in (made.metadata.annotations or {})) is in_force:
            return
        time.sleep(0.2)
    raise AssertionError(f"the policy is {'not yet' if in_force else 'still'} in force after {IN_FORCE_SECONDS:.0f} s")
