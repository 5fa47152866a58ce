"""Ollama and LibreChat on a Kubernetes cluster: the program that `pulumi up` runs.

Settings come from Pulumi.<stack>.yaml and are refused here, all findings at once, before anything is created.
"""

import pulumi

import components
from components.ollama.names import server_name
from components.stack.start import start

stack = start()
settings = stack.settings

inference = components.Namespace("ollama", stack.namespace_args("ollama"), stack.outside)
chat = components.Namespace("librechat", stack.namespace_args("librechat"), stack.outside)
in_inference, in_chat = stack.context(inference), stack.context(chat)
secrets: dict[str, pulumi.Output[str]] = {}

servers = {
    pool: components.Ollama.from_settings(
        pool,
        server,
        in_inference,
        clients=stack.librechat_pods(chat),
        former_server=stack.former_server(server_name(pool), server.method),
        priority_class_name=inference.priority_class_name,
        opts=stack.inside(inference),
    )
    for pool, server in settings.ollama.servers().items()
}
ollama = servers[""]
secrets |= stack.token_secrets(servers)
connections: components.Connections = {"ollama": [server.connection for server in servers.values()]}

if settings.mongodb.is_external:
    connections["mongodb"] = components.external_mongodb(settings.mongodb.external)
else:
    mongodb = components.MongoDB.from_settings(
        "mongodb", settings.mongodb, in_chat, clients=stack.mongodb_clients(chat), opts=stack.inside(chat)
    )
    connections["mongodb"] = mongodb.connection
    secrets |= stack.mongodb_secrets(mongodb)

if settings.meilisearch.is_external:
    connections["meilisearch"] = components.external_meilisearch(settings.meilisearch.external)
elif settings.meilisearch.enabled:
    meilisearch = components.Meilisearch.from_settings(
        "meilisearch", settings.meilisearch, in_chat, clients=stack.librechat_pods(chat), opts=stack.inside(chat)
    )
    connections["meilisearch"] = meilisearch.connection
    secrets["meilisearch"] = meilisearch.secret_name

if settings.valkey.enabled:
    valkey = components.Valkey.from_settings(
        "valkey", settings.valkey, in_chat, clients=stack.librechat_pods(chat), opts=stack.inside(chat)
    )
    connections["valkey"] = valkey.connection

librechat = components.LibreChat.from_settings(
    "librechat",
    settings.librechat,
    in_chat,
    connections=connections,
    former_server=stack.former_server("librechat", settings.librechat.method),
    opts=stack.inside(chat),
)

pulumi.export("librechat_url", librechat.url)
pulumi.export("ollama_url", ollama.base_url)
pulumi.export("namespaces", {"ollama": inference.namespace_name, "librechat": chat.namespace_name})
pulumi.export("models", ollama.models)
if settings.ollama.pools:
    pools = {pool: {"url": servers[pool].base_url, "models": servers[pool].models} for pool in settings.ollama.pools}
    pulumi.export("pools", pools)
pulumi.export("secrets", {**secrets, **stack.librechat_secrets(librechat)})
for name, value in stack.login(librechat).items():
    pulumi.export(name, value)
pulumi.export("next_command", stack.next_command)
