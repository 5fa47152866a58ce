"""What settings will deploy, as far as it concerns data. A test compares it with what the program registers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...mongodb.backup.settings import MongoDBBackup
from ...ollama.settings import server_path
from ...workload.settings import Storage
from ..settings import Settings
from .deployed import Owner


@dataclass(frozen=True)
class Wanted:
    """One object that will hold data.

    kind, name, owner: see `Deployed`.
    namespace: its namespace; for a namespace, its name.
    path: key path of the settings of a claim; empty for anything else.
    storage: settings of a claim.
    """

    kind: str
    name: str
    owner: Owner | None
    namespace: str
    path: str = ""
    storage: Storage | None = None


def data_objects(settings: Settings) -> Mapping[str, Wanted]:
    """Give what will hold data, by logical name."""
    found = [*_namespaces(settings), *_ollama(settings), *_librechat(settings), *_stores(settings)]
    return {wanted.name: wanted for wanted in found}


def _namespaces(settings: Settings) -> Iterator[Wanted]:
    names = settings.namespaces
    yield Wanted("Namespace", "ollama-namespace", None, names.ollama_name)
    yield Wanted("Namespace", "librechat-namespace", None, names.librechat_name)


def _claim(owner: Owner, storage: Storage, namespace: str, name: str = "", path: str = "") -> Iterator[Wanted]:
    if not storage.existing_claim:
        path = f"{path or owner}.storage"
        yield Wanted("PersistentVolumeClaim", f"{name or owner}-data", owner, namespace, path, storage)


def _ollama(settings: Settings) -> Iterator[Wanted]:
    for pool, server in settings.ollama.servers().items():
        name = f"ollama-{pool}" if pool else "ollama"
        yield from _claim("ollama", server.storage, settings.namespaces.ollama_name, name, server_path(pool))


def _librechat(settings: Settings) -> Iterator[Wanted]:
    own, namespace = settings.librechat, settings.namespaces.librechat_name
    if own.files.strategy == "local":
        yield from _claim("librechat", own.storage, namespace)
    if not own.existing_secret:
        yield from _generated("librechat", ("creds-key", "creds-iv"), namespace)


def _stores(settings: Settings) -> Iterator[Wanted]:
    namespace = settings.namespaces.librechat_name
    mongodb, meilisearch = settings.mongodb, settings.meilisearch
    if not mongodb.is_external:
        yield from _claim("mongodb", mongodb.storage, namespace)
        yield Wanted("StatefulSet", "mongodb-stateful-set", "mongodb", namespace)
        if not mongodb.existing_secret:
            yield from _generated("mongodb", ("root-password", "password"), namespace)
        if mongodb.backup.enabled:
            yield from _backup(mongodb.backup, namespace)
    if meilisearch.enabled and not meilisearch.external.url:
        yield from _claim("meilisearch", meilisearch.storage, namespace)
        yield Wanted("StatefulSet", "meilisearch-stateful-set", "meilisearch", namespace)
        if not meilisearch.existing_secret:
            yield from _generated("meilisearch", ("master-key",), namespace)


def _backup(backup: MongoDBBackup, namespace: str) -> Iterator[Wanted]:
    if not backup.s3.bucket:
        yield from _claim("mongodb", backup.storage, namespace, "mongodb-backup", "mongodb.backup")
    yield Wanted("RandomPassword", "mongodb-backup-password", "mongodb", namespace)
    yield Wanted("Secret", "mongodb-backup-secret", "mongodb", namespace)


def _generated(owner: Owner, parts: tuple[str, ...], namespace: str) -> Iterator[Wanted]:
    yield from (Wanted("RandomPassword", f"{owner}-{part}", owner, namespace) for part in parts)
    yield Wanted("Secret", f"{owner}-secret", owner, namespace)
