"""Ollama and LibreChat on a Kubernetes cluster: the program that `pulumi up` runs.

The settings are in Pulumi.<stack>.yaml. They are checked as a whole before anything is created.
"""

import pulumi

import components
from components.ollama.names import server_name
from components.stack.start import start

stack = start()
settings = stack.settings

# Namespaces
inference, chat = stack.namespace("ollama"), stack.namespace("librechat")
in_inference, in_chat = stack.context(inference), stack.context(chat)

# Ollama: one server, and one more for each pool
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
connections: components.Connections = {"ollama": [server.connection for server in servers.values()]}
secrets = stack.token_secrets(servers)

# MongoDB: LibreChat's database
if settings.mongodb.is_external:
    connections["mongodb"] = components.external_mongodb(settings.mongodb.external)
else:
    mongodb = components.MongoDB.from_settings(
        "mongodb", settings.mongodb, in_chat, clients=stack.mongodb_clients(chat), opts=stack.inside(chat)
    )
    connections["mongodb"] = mongodb.connection
    secrets |= stack.mongodb_secrets(mongodb)

# Meilisearch: full-text search
if settings.meilisearch.is_external:
    connections["meilisearch"] = components.external_meilisearch(settings.meilisearch.external)
elif settings.meilisearch.enabled:
    meilisearch = components.Meilisearch.from_settings(
        "meilisearch", settings.meilisearch, in_chat, clients=stack.librechat_pods(chat), opts=stack.inside(chat)
    )
    connections["meilisearch"] = meilisearch.connection
    secrets["meilisearch"] = meilisearch.secret_name

# Valkey: what several pods of LibreChat share
if settings.valkey.enabled:
    connections["valkey"] = components.Valkey.from_settings(
        "valkey", settings.valkey, in_chat, clients=stack.librechat_pods(chat), opts=stack.inside(chat)
    ).connection

# LibreChat
librechat = components.LibreChat.from_settings(
    "librechat",
    settings.librechat,
    in_chat,
    **connections,
    librechat_yaml=settings.librechat_yaml,
    former_server=stack.former_server("librechat", settings.librechat.method),
    opts=stack.inside(chat),
)

# Outputs
pulumi.export("librechat_url", librechat.url)
pulumi.export("ollama_url", servers[""].base_url)
pulumi.export("namespaces", {"ollama": inference.namespace_name, "librechat": chat.namespace_name})
pulumi.export("models", servers[""].models)
pulumi.export("secrets", {**secrets, **stack.librechat_secrets(librechat)})
pulumi.export("next_command", stack.next_command)
for name, value in {**stack.pool_outputs(servers), **stack.login_outputs(librechat)}.items():
    pulumi.export(name, value)
