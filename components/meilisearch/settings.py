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
    """Master key, or a key with access to the indexes `messages` and `convos`. Set it with
    `pulumi config set --secret`."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace that has this key as `MEILI_MASTER_KEY`, instead of `masterKey`."""


class MeilisearchSettings(Section):
    """Settings of Meilisearch."""

    enabled: bool = True
    """Whether LibreChat has full-text search."""
    external: ExternalMeilisearch = ExternalMeilisearch()
    """An existing Meilisearch."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with the master key of this stack's Meilisearch, 16 bytes or more, in its key
    `MEILI_MASTER_KEY`; empty to generate the key."""
    image: OptionalImage = ""
    """Image with its tag; empty for the pinned one."""
    storage: Storage = Storage(size="5Gi")
    """The volume for the search index; a local file system, not NFS. The index can be rebuilt from MongoDB."""
    resources: Resources = resources(cpu="100m", memory="256Mi", memory_limit="1Gi")
    """CPU and memory."""
    pods: Pods = Pods()
    """Fields passed to the pod."""
    startup_timeout_seconds: Seconds = 300
    """Seconds to wait for the pod to be Ready before `pulumi up` fails; includes the image pull."""

    @property
    def is_external(self) -> bool:
        """Whether Meilisearch is outside this stack."""
        return self.enabled and bool(self.external.url)

    @property
    def is_deployed(self) -> bool:
        """Whether this stack runs a Meilisearch."""
        return self.enabled and not self.external.url
