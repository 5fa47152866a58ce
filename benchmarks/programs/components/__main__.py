"""Copies of this project's Ollama component, each in its own namespace, with its default children."""

import pulumi
import pulumi_kubernetes as k8s

from components import Namespace, Ollama
from components.args import NetworkPoliciesArgs, ResourcesArgs
from components.stack.process import tune

tune()
config = pulumi.Config()
provider = k8s.Provider(
    "kubernetes",
    kubeconfig=config.require("kubeconfig"),
    context=config.require("context"),
    cluster_identifier="components",
    enable_config_map_mutable=True,
    enable_secret_mutable=True,
    enable_patch_force=True,
    kube_client_settings={"qps": 200, "burst": 400},  # as in this project's program
)
policies: NetworkPoliciesArgs = {"enabled": True}
small: ResourcesArgs = {"requests": {"cpu": "1m", "memory": "4Mi"}, "limits": {"memory": "8Mi"}}

for number in range(config.require_int("copies")):
    name = f"copy-{number}"
    space = Namespace(
        f"space-{number}",
        {"namespace": name, "application": "ollama", "network_policies": policies},
        pulumi.ResourceOptions(provider=provider),
    )
    Ollama(
        f"ollama-{number}",
        {
            "namespace": space.namespace_name,
            "models": [f"model-{model}:latest" for model in range(config.require_int("models"))],
            "resources": small,
            "exposure": {
                "type": "Ingress",
                "host": f"{name}.example.org",
                "class_name": "nginx",
                "allowed_networks": ["10.0.0.0/8"],
            },
            "network_policies": policies,
        },
        pulumi.ResourceOptions(provider=provider, depends_on=[space], deleted_with=space.namespace),
    )
