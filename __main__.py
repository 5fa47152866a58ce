"""Ollama and LibreChat on a Kubernetes cluster: the program that `pulumi up` runs.

Settings come from Pulumi.<stack>.yaml and are refused here, all findings at once, before anything is created.
"""

import pulumi

from components.stack.process import end_quietly, tune

tune()
end_quietly()

from components import LibreChat, Meilisearch, MongoDB, Namespace, Ollama, Valkey
from components.stack.load import load, load_deployed
from components.stack.program import (
    admin_secrets,
    cluster_provider,
    common_args,
    handing_over,
    in_namespace,
    librechat_pods,
    login,
    mongodb_clients,
    mongodb_secrets,
    namespace_args,
    next_command,
    token_secrets,
    warn,
)

settings = load()
# A preview changes nothing, so the plugin may start while the state is read. An update leaves the provider of the state
# alone until the settings are accepted.
early = cluster_provider("kubernetes", settings) if pulumi.runtime.is_dry_run() else None
running = load_deployed(settings)
warn(settings)
provider = early or cluster_provider("kubernetes", settings)
common = common_args(settings)

inference = Namespace("ollama", namespace_args(settings, "ollama"), pulumi.ResourceOptions(provider=provider))
chat = Namespace("librechat", namespace_args(settings, "librechat"), pulumi.ResourceOptions(provider=provider))

servers = {
    pool: Ollama(
        name,
        server.as_args(
            namespace=inference.namespace_name,
            pool=pool,
            priority_class_name=inference.priority_class_name,
            clients=librechat_pods(chat, settings),
            handing_over=handing_over(running, name, server.method),
            **common,
        ),
        in_namespace(provider, inference, settings),
    )
    for pool, server in settings.ollama.servers().items()
    for name in [f"ollama-{pool}" if pool else "ollama"]
}
ollama = servers[""]
secrets = token_secrets(servers, settings)

database = settings.mongodb.external_connection()
if database is None:
    mongodb = MongoDB(
        "mongodb",
        settings.mongodb.as_args(namespace=chat.namespace_name, clients=mongodb_clients(chat, settings), **common),
        in_namespace(provider, chat, settings),
    )
    database = mongodb.connection
    secrets |= mongodb_secrets(mongodb, settings)

search = settings.meilisearch.external_connection()
if search is None and settings.meilisearch.enabled:
    meilisearch = Meilisearch(
        "meilisearch",
        settings.meilisearch.as_args(namespace=chat.namespace_name, clients=librechat_pods(chat, settings), **common),
        in_namespace(provider, chat, settings),
    )
    search = meilisearch.connection
    secrets["meilisearch"] = meilisearch.secret_name

cache = {}
if settings.valkey.enabled:
    valkey = Valkey(
        "valkey",
        settings.valkey.as_args(namespace=chat.namespace_name, clients=librechat_pods(chat, settings), **common),
        in_namespace(provider, chat, settings),
    )
    cache = valkey.connection

librechat = LibreChat(
    "librechat",
    settings.librechat.as_args(
        namespace=chat.namespace_name,
        ollama=[server.connection for server in servers.values()],
        handing_over=handing_over(running, "librechat", settings.librechat.method),
        **database,
        **(search or {}),
        **cache,
        **common,
    ),
    in_namespace(provider, chat, settings),
)

pulumi.export("librechat_url", librechat.url)
pulumi.export("ollama_url", ollama.base_url)
pulumi.export("namespaces", {"ollama": inference.namespace_name, "librechat": chat.namespace_name})
pulumi.export("models", ollama.models)
if settings.ollama.pools:
    pools = {pool: {"url": servers[pool].base_url, "models": servers[pool].models} for pool in settings.ollama.pools}
    pulumi.export("pools", pools)
pulumi.export("secrets", {**secrets, "librechat": librechat.secret_name, **admin_secrets(librechat, settings)})
for name, value in login(librechat, settings).items():
    pulumi.export(name, value)
pulumi.export("next_command", next_command(settings))
