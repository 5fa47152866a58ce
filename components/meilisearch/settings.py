"""Settings of Meilisearch."""

from pydantic import SecretStr

from ..settings.base import Section
from ..settings.types import OptionalHttpUrl, OptionalImage, OptionalObjectName, SecretText
from ..workload.settings import Pods, Resources, Seconds, Storage, resources


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
    """An existing Meilisearch."""
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

    @property
    def is_external(self) -> bool:
        """Whether Meilisearch is outside this stack."""
        return self.enabled and bool(self.external.url)

    @property
    def is_deployed(self) -> bool:
        """Whether this stack runs a Meilisearch."""
        return self.enabled and not self.external.url
