"""Copies of the baseline's Ollama part: the five objects of benchmarks/terraform/copies."""

import atexit
import gc

# As in components/stack/process.py: no garbage collection, no debug messages.
gc.set_threshold(100_000, 50, 1000)
atexit.register(gc.freeze)

import pulumi
import pulumi_kubernetes as k8s

pulumi.log.debug = lambda *_, **__: None  # pyright: ignore[reportUnknownLambdaType]
config = pulumi.Config()
labels = {"app": "ollama"}
skip_await = {"pulumi.com/skipAwait": "true"}
provider = k8s.Provider(
    "kubernetes",
    kubeconfig=config.require("kubeconfig"),
    context=config.require("context"),
    cluster_identifier="copies",
    enable_patch_force=True,
    kube_client_settings={"qps": 200, "burst": 400},  # as in this project's program
)
# Pods and volumes are deleted before their namespace, which would wait for them.
by_itself = pulumi.ResourceOptions(provider=provider)


def copy(index: int) -> None:
    """Create one copy."""
    space = k8s.core.v1.Namespace(
        f"copy-{index}",
        metadata={
            "name": f"copy-{index}",
            "labels": {"app": "ollama", "managed-by": "pulumi", "env": "development"},
        },
        opts=pulumi.ResourceOptions(provider=provider),
    )
    name = space.metadata.apply(lambda own: own.name or f"copy-{index}")
    options = pulumi.ResourceOptions(provider=provider, deleted_with=space)
    claim = k8s.core.v1.PersistentVolumeClaim(
        f"data-{index}",
        metadata={"name": "ollama-data", "namespace": name, "annotations": skip_await},
        spec={"access_modes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}},
        opts=by_itself,
    )
    # From the claim, so that it is deleted after the pods: fifty claims that wait for theirs block everything else.
    claim_name = claim.metadata.apply(lambda own: own.name or "ollama-data")
    k8s.apps.v1.Deployment(
        f"ollama-{index}",
        metadata={"name": "ollama", "namespace": name, "labels": labels},
        spec={
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"match_labels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "containers": [
                        {
                            "name": "ollama",
                            "image": "docker.io/ollama/ollama:0.32.13",
                            "ports": [{"container_port": 11434}],
                            "env": [{"name": "OLLAMA_HOST", "value": "0.0.0.0"}],  # noqa: S104 - the pod's address
                            "resources": {"requests": {"cpu": "1m", "memory": "4Mi"}},
                            "volume_mounts": [{"name": "ollama-data", "mount_path": "/root/.ollama"}],
                        }
                    ],
                    "volumes": [{"name": "ollama-data", "persistent_volume_claim": {"claim_name": claim_name}}],
                },
            },
        },
        opts=by_itself,
    )
    k8s.core.v1.Service(
        f"service-{index}",
        metadata={"name": "ollama", "namespace": name, "annotations": skip_await},
        spec={"selector": labels, "ports": [{"port": 11434, "target_port": 11434}]},
        opts=options,
    )
    k8s.networking.v1.Ingress(
        f"ingress-{index}",
        metadata={"name": "ollama-ingress", "namespace": name, "annotations": skip_await},
        spec={
            "ingress_class_name": "nginx",
            "rules": [
                {
                    "host": f"copy-{index}.example.org",
                    "http": {
                        "paths": [
                            {
                                "path": "/",
                                "path_type": "Prefix",
                                "backend": {"service": {"name": "ollama", "port": {"number": 11434}}},
                            }
                        ]
                    },
                }
            ],
        },
        opts=options,
    )


for number in range(config.require_int("copies")):
    copy(number)
