"""Settings of the data stores: MongoDB and Meilisearch."""

import pulumi
from pydantic import SecretStr

from components.settings.base import Section
from components.settings.types import MongoUri, OptionalHttpUrl, OptionalImage, SecretText
from components.settings.workload import Pods, Resources, Seconds, Storage, resources


class ExternalMongoDB(Section):
    """A MongoDB outside this stack."""

    uri: MongoUri = SecretStr("")
    """URI with user and password, set with `pulumi config set --secret`; empty to run MongoDB in this stack."""


class MongoDBSettings(Section):
    """Settings of MongoDB."""

    external: ExternalMongoDB = ExternalMongoDB()
    """A MongoDB that is there already."""
    image: OptionalImage = ""
    """Image with its tag; empty for the pinned one."""
    storage: Storage = Storage(size="10Gi")
    """The database's volume."""
    resources: Resources = resources(cpu="250m", memory="512Mi", memory_limit="1Gi")
    """CPU and memory."""
    pods: Pods = Pods()
    """Passed through to the pod."""
    startup_timeout_seconds: Seconds = 300
    """Seconds until the pod has to be Ready before `pulumi up` fails, image pull included."""

    def external_uri(self) -> pulumi.Output[str] | None:
        """Give the URI of the external MongoDB, as a secret; None when MongoDB is part of the stack."""
        uri = self.external.uri.get_secret_value()
        return pulumi.Output.secret(uri) if uri else None


class ExternalMeilisearch(Section):
    """A Meilisearch outside this stack."""

    url: OptionalHttpUrl = ""
    """URL, for example `https://search.example.org`; empty to run Meilisearch in this stack."""
    master_key: SecretText = SecretStr("")
    """Its master key, or a key with rights on the indexes `messages` and `convos`, set with
    `pulumi config set --secret`."""


class MeilisearchSettings(Section):
    """Settings of Meilisearch."""

    enabled: bool = True
    """Whether LibreChat has full-text search."""
    external: ExternalMeilisearch = ExternalMeilisearch()
    """A Meilisearch that is there already."""
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

    def external_connection(self) -> dict[str, pulumi.Input[str]] | None:
        """Give LibreChat's args for the external Meilisearch; None when there is none, or search is off."""
        if not self.external.url or not self.enabled:
            return None
        key = pulumi.Output.secret(self.external.master_key.get_secret_value())
        return {"meilisearch_url": self.external.url, "meilisearch_master_key": key}
