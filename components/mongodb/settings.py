"""Settings of MongoDB."""

from pydantic import SecretStr

from ..settings.base import Section
from ..settings.types import OptionalImage, OptionalObjectName
from ..workload.settings import Pods, Port, Resources, Seconds, Storage, resources
from .backup.settings import MongoDBBackup
from .uri import MongoUri


class ExternalMongoDB(Section):
    """A MongoDB outside this stack."""

    uri: MongoUri = SecretStr("")
    """URI with user and password, set with `pulumi config set --secret`; empty to run MongoDB in this stack."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with the URI in its key `MONGO_URI`, instead of `uri`."""
    port: Port = 27017
    """Port of the external MongoDB, for the NetworkPolicy; needed if the URI is in a Secret."""


class MongoDBSettings(Section):
    """Settings of MongoDB."""

    external: ExternalMongoDB = ExternalMongoDB()
    """An existing MongoDB."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with the credentials of this stack's MongoDB:
    `MONGO_INITDB_ROOT_USERNAME`, `MONGO_INITDB_ROOT_PASSWORD`, `MONGO_APP_DATABASE`, `MONGO_APP_USERNAME`,
    `MONGO_APP_PASSWORD`, and the `MONGO_URI` that LibreChat connects with
    (`mongodb://<username>:<password>@librechat-mongodb:27017/<database>?authSource=<database>`); empty to generate
    them."""
    image: OptionalImage = ""
    """Image with its tag; empty for the pinned one."""
    storage: Storage = Storage(size="10Gi")
    """The volume for the database."""
    backup: MongoDBBackup = MongoDBBackup()
    """Backups."""
    resources: Resources = resources(cpu="250m", memory="512Mi", memory_limit="1Gi")
    """CPU and memory."""
    pods: Pods = Pods()
    """Fields passed to the pod."""
    startup_timeout_seconds: Seconds = 300
    """Seconds to wait for the pod to be Ready before `pulumi up` fails; includes the image pull."""

    @property
    def is_external(self) -> bool:
        """Whether MongoDB is outside this stack."""
        return bool(self.external.uri.get_secret_value() or self.external.existing_secret)
