"""Settings of the data stores: MongoDB, Meilisearch and Valkey."""

from typing import Any

import pulumi
from pydantic import SecretStr

from components.settings.backup import MongoDBBackup
from components.settings.base import Section
from components.settings.types import MongoUri, OptionalHttpUrl, OptionalImage, OptionalObjectName, SecretText
from components.settings.workload import Pods, Port, Resources, Seconds, Storage, resources


class ExternalMongoDB(Section):
    """A MongoDB outside this stack."""

    uri: MongoUri = SecretStr("")
    """URI with user and password, set with `pulumi config set --secret`; empty to run MongoDB in this stack."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with the URI in its key `MONGO_URI`, instead of `uri`."""
    port: Port = 27017
    """Port of that MongoDB, for the NetworkPolicy, where the URI is in a Secret and not known here."""


class MongoDBSettings(Section):
    """Settings of MongoDB."""

    external: ExternalMongoDB = ExternalMongoDB()
    """A MongoDB that is there already."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with the passwords of the MongoDB in this stack, so that none is generated:
    `MONGO_INITDB_ROOT_USERNAME`, `MONGO_INITDB_ROOT_PASSWORD`, `MONGO_APP_DATABASE`, `MONGO_APP_USERNAME`,
    `MONGO_APP_PASSWORD`, and the `MONGO_URI` that LibreChat connects with
    (`mongodb://<username>:<password>@librechat-mongodb:27017/<database>?authSource=<database>`)."""
    image: OptionalImage = ""
    """Image with its tag; empty for the pinned one."""
    storage: Storage = Storage(size="10Gi")
    """The database's volume."""
    backup: MongoDBBackup = MongoDBBackup()
    """Backups."""
    resources: Resources = resources(cpu="250m", memory="512Mi", memory_limit="1Gi")
    """CPU and memory."""
    pods: Pods = Pods()
    """Passed through to the pod."""
    startup_timeout_seconds: Seconds = 300
    """Seconds until the pod has to be Ready before `pulumi up` fails, image pull included."""

    @property
    def is_external(self) -> bool:
        """Whether MongoDB is outside this stack."""
        return bool(self.external.uri.get_secret_value() or self.external.existing_secret)

    def external_connection(self) -> dict[str, Any] | None:
        """Give LibreChat's args for the external MongoDB; None when MongoDB is part of the stack."""
        if not self.is_external:
            return None
        if self.external.existing_secret:
            return {"mongo_uri_secret": self.external.existing_secret, "mongo_ports": [self.external.port]}
        return {"mongo_uri": pulumi.Output.secret(self.external.uri.get_secret_value())}


class ExternalMeilisearch(Section):
    """A Meilisearch outside this stack."""

    url: OptionalHttpUrl = ""
    """URL, for example `https://search.example.org`; empty to run Meilisearch in this stack."""
    master_key: SecretText = SecretStr("")
    """Its master key, or a key with rights on the indexes `messages` and `convos`, set with
    `pulumi config set --secret`."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with the key in its key `MEILI_MASTER_KEY`, instead of `masterKey`."""


class MeilisearchSettings(Section):
    """Settings of Meilisearch."""

    enabled: bool = True
    """Whether LibreChat has full-text search."""
    external: ExternalMeilisearch = ExternalMeilisearch()
    """A Meilisearch that is there already."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with the master key of the Meilisearch in this stack, 16 bytes or more, in its
    key `MEILI_MASTER_KEY`; empty to generate it."""
    image: OptionalImage = ""
    """Image with its tag; empty for the pinned one."""
    storage: Storage = Storage(size="5Gi")
    """The index's volume; it needs a local file system, not NFS. The index is derived from MongoDB."""
    resources: Resources = resources(cpu="100m", memory="256Mi", memory_limit="1Gi")
    """CPU and memory."""
    pods: Pods = Pods()
    """Passed through to the pod."""
    startup_timeout_seconds: Seconds = 300
    """Seconds until the pod has to be Ready before `pulumi up` fails, image pull included."""

    def external_connection(self) -> dict[str, Any] | None:
        """Give LibreChat's args for the external Meilisearch; None when there is none, or search is off."""
        if not self.external.url or not self.enabled:
            return None
        if self.external.existing_secret:
            secret = self.external.existing_secret
            return {"meilisearch_url": self.external.url, "meilisearch_master_key_secret": secret}
        key = pulumi.Output.secret(self.external.master_key.get_secret_value())
        return {"meilisearch_url": self.external.url, "meilisearch_master_key": key}


class ValkeySettings(Section):
    """Settings of Valkey, a Redis in this stack. It has no volume: a restart ends sessions and running answers."""

    enabled: bool = False
    """Whether LibreChat shares a Valkey, which more than one replica needs."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with `VALKEY_PASSWORD` (letters, digits, `-` and `_`) and the `REDIS_URI` that
    LibreChat connects with (`redis://:<password>@librechat-valkey:6379`); empty to generate them."""
    image: OptionalImage = ""
    """Image with its tag; empty for the pinned one."""
    resources: Resources = resources(cpu="50m", memory="128Mi", memory_limit="512Mi")
    """CPU and memory; three quarters of the limit are for what it holds."""
    pods: Pods = Pods()
    """Passed through to the pod."""
    startup_timeout_seconds: Seconds = 300
    """Seconds until the pod has to be Ready before `pulumi up` fails, image pull included."""
