"""The components in a Pulumi program of your own: a chat on the CPU, with an existing database."""

import pulumi
import pulumi_kubernetes as k8s

from components import LibreChat, Namespace, Ollama

cluster = k8s.Provider("cluster", context="minikube")
here = pulumi.ResourceOptions(provider=cluster)

inference = Namespace("inference", {"namespace": "team-models", "application": "ollama"}, here)
chat = Namespace("chat", {"namespace": "team-chat", "application": "librechat"}, here)

ollama = Ollama("ollama", {"namespace": inference.namespace_name, "models": ["llama3.2:3b"]}, here)
librechat = LibreChat(
    "librechat",
    {
        "namespace": chat.namespace_name,
        "ollama": [ollama.connection],
        "mongodb": {"uri": pulumi.Config().require_secret("mongoUri")},
        "exposure": {"host": "chat.example.org"},
    },
    here,
)

pulumi.export("url", librechat.url)
