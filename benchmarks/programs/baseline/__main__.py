"""The eight objects of the Terraform set-up that this project replaces, with the provider's own resources."""

import atexit
import gc
import json

# As in components/stack/process.py: no garbage collection, no debug messages.
gc.set_threshold(100_000, 50, 1000)
atexit.register(gc.freeze)

import pulumi
import pulumi_kubernetes as k8s
import yaml

pulumi.log.debug = lambda *_, **__: None  # pyright: ignore[reportUnknownLambdaType]
config = pulumi.Config()
labels = {"app": "ollama"}
skip_await = {"pulumi.com/skipAwait": "true"}  # Terraform does not wait for endpoints or addresses either
# The provider's own wait mistakes the old pod for the new one (components/workload/manifests.py).
new_pod = ("jsonpath={.status.updatedReplicas}=1", "jsonpath={.status.availableReplicas}=1")
wait_for_new_pod = {"pulumi.com/waitFor": json.dumps(new_pod)}
ollama_url = "http://ollama.ollama.svc.cluster.local:11434"
keys = ("JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY", "CREDS_IV")
librechat = {
    "version": "1.1.5",
    "cache": True,
    "endpoints": {
        "custom": [
            {
                "name": "Ollama",
                "apiKey": "ollama",
                "baseURL": f"{ollama_url}/v1",
                "models": {"default": ["llama2:latest"], "fetch": True},
                "titleConvo": True,
                "titleModel": "llama2:latest",
                "summarize": False,
                "forcePrompt": False,
                "modelDisplayLabel": "Ollama",
                "addParams": {"temperature": 0.7, "max_tokens": 2000},
            }
        ]
    },
}

provider = k8s.Provider(
    "kubernetes",
    kubeconfig=config.require("kubeconfig"),
    context=config.require("context"),
    cluster_identifier="baseline",
    enable_config_map_mutable=True,
    enable_secret_mutable=True,
    enable_patch_force=True,
    kube_client_settings={"qps": 200, "burst": 400},  # as in this project's program
)


def namespace(name: str) -> tuple[pulumi.Output[str], pulumi.ResourceOptions]:
    """Create a namespace, and return its name and the options of its children."""
    created = k8s.core.v1.Namespace(
        name,
        metadata={"name": name, "labels": {"app": name, "managed-by": "pulumi", "env": "development"}},
        opts=pulumi.ResourceOptions(provider=provider),
    )
    options = pulumi.ResourceOptions(provider=provider, deleted_with=created)
    return created.metadata.apply(lambda own: own.name or name), options


# Pods and volumes are deleted before their namespace, which would wait for them.
by_itself = pulumi.ResourceOptions(provider=provider)
ollama, in_ollama = namespace("ollama")
chat, in_chat = namespace("librechat")
k8s.core.v1.Secret(
    "credentials",
    metadata={"name": "librechat-credentials-env", "namespace": chat},
    string_data={
        **{key: config.require_secret(key) for key in keys},
        "MONGO_URI": "mongodb://librechat-mongodb:27017/LibreChat",
        "MEILI_HOST": "http://librechat-meilisearch:7700",
        "OLLAMA_BASE_URL": ollama_url,
    },
    opts=in_chat,
)
k8s.core.v1.ConfigMap(
    "config",
    metadata={"name": "librechat-config", "namespace": chat},
    data={"librechat.yaml": yaml.safe_dump(librechat, sort_keys=False)},
    opts=in_chat,
)
k8s.core.v1.PersistentVolumeClaim(
    "data",
    metadata={"name": "ollama-data", "namespace": ollama, "annotations": skip_await},
    spec={"access_modes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}},
    opts=by_itself,
)
k8s.apps.v1.Deployment(
    "ollama",
    metadata={"name": "ollama", "namespace": ollama, "labels": labels, "annotations": wait_for_new_pod},
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
                        "image": config.require("image"),
                        "ports": [{"container_port": 11434}],
                        "env": [{"name": "OLLAMA_HOST", "value": "0.0.0.0"}],  # noqa: S104 - the pod's own address
                        "resources": {
                            "requests": {"cpu": "1", "memory": "4Gi"},
                            "limits": {"nvidia.com/gpu": "1"},
                        },
                        "volume_mounts": [{"name": "ollama-data", "mount_path": "/root/.ollama"}],
                    }
                ],
                "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
                "volumes": [{"name": "ollama-data", "persistent_volume_claim": {"claim_name": "ollama-data"}}],
            },
        },
    },
    opts=by_itself,
)
k8s.core.v1.Service(
    "service",
    metadata={"name": "ollama", "namespace": ollama, "annotations": skip_await},
    spec={"selector": labels, "ports": [{"port": 11434, "target_port": 11434}]},
    opts=in_ollama,
)
k8s.networking.v1.Ingress(
    "ingress",
    metadata={
        "name": "ollama-ingress",
        "namespace": ollama,
        "annotations": {"nginx.ingress.kubernetes.io/rewrite-target": "/", **skip_await},
    },
    spec={
        "ingress_class_name": "nginx",
        "rules": [
            {
                "host": "ollama.glukas.space",
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
    opts=in_ollama,
)
