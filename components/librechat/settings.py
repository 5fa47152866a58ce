"""Settings of LibreChat."""

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr

from ..exposure.settings import Exposure
from ..helm.settings import Helm, Method
from ..settings.base import Section, secret_text
from ..settings.types import (
    EnvironmentVariables,
    Labels,
    OptionalEmail,
    OptionalImage,
    OptionalObjectName,
    PlainHttpUrl,
    SecretText,
)
from ..workload.settings import Autoscaling, DisruptionBudget, Pods, Port, Resources, Seconds, Storage, resources

CREATE_ADMIN_RESOURCES = resources(cpu="100m", memory="256Mi", memory_limit="1Gi")
"""CPU and memory of the Job that creates the first account with LibreChat's own script."""


class Endpoint(Section):
    """How LibreChat uses Ollama. The values are written to librechat.yaml under the same names."""

    fetch: bool = True
    """Whether LibreChat fetches the list of models from Ollama, in addition to the configured ones."""
    title_convo: bool = True
    """Whether LibreChat generates titles for conversations."""
    title_model: str = "current_model"
    """Model that generates the titles; `current_model` does not load a second one."""
    title_timing: Literal["immediate", "final"] = "final"
    """When LibreChat requests the title: `final`, after the answer, or `immediate`, together with it. With `immediate`
    and `ollama.server.numParallel: 1`, the answer waits for the title."""
    model_display_label: str = "Ollama"
    """Name shown for the assistant."""
    add_params: dict[str, Any] = {"temperature": 0.7, "maxTokens": 2000}
    """Parameters added to every request, under LibreChat's names: `maxTokens` limits an answer. `max_tokens` is
    refused, because LibreChat would drop it."""


class Registration(Section):
    """Who may have an account."""

    enabled: bool = False
    """Whether anyone who can reach LibreChat may register. The first user of an empty database becomes an
    administrator."""
    allowed_domains: list[str] = []
    """E-mail domains that may register; empty for all."""


class Redis(Section):
    """Redis, which more than one replica needs."""

    uri: SecretText = SecretStr("")
    """URI with the password, set with `pulumi config set --secret`; empty for none."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with the URI in its key `REDIS_URI`, instead of `uri`."""
    port: Port = 6379
    """Port of Redis, for the NetworkPolicy; needed if the URI is in a Secret."""

    @property
    def is_set(self) -> bool:
        """Whether there is a Redis."""
        return bool(secret_text(self.uri) or self.existing_secret)


class FilesS3(Section):
    """A bucket in Amazon S3 or an S3-compatible service."""

    bucket: str = Field(default="", pattern=r"^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    """Name of the bucket."""
    region: str = Field(default="", pattern=r"^[A-Za-z0-9-]*$")
    """Region, for example `eu-central-1`."""
    endpoint: PlainHttpUrl = ""
    """URL of an S3-compatible service, for example `https://s3.example.org`; empty for Amazon S3."""
    force_path_style: bool = False
    """Whether the bucket is in the path of the URL instead of the host name, as MinIO needs it."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`."""


class Files(Section):
    """Where LibreChat stores uploads and images."""

    strategy: Literal["local", "s3"] = "local"
    """`local` for the volume, or `s3` for a bucket, without a volume. Existing files are not moved."""
    s3: FilesS3 = FilesS3()
    """The bucket."""


class Admin(Section):
    """The first account, created by a Job."""

    email: OptionalEmail = ""
    """E-mail address to log in with, for example `admin@example.org`; empty for no Job. An existing account with this
    address is not changed."""
    name: Annotated[str, Field(min_length=3, max_length=80)] = "Administrator"
    """Display name."""
    username: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.@-]{2,80}$")] = "admin"
    """User name."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with the password, 8 to 128 characters, in its key `password`; empty to generate
    a password."""


class Metrics(Section):
    """LibreChat's metrics for Prometheus."""

    enabled: bool = False
    """Whether LibreChat serves `/metrics`, inside the cluster only and protected by a generated token."""
    service_monitor: bool = True
    """Whether to create a ServiceMonitor. Needs the Prometheus Operator."""
    labels: Labels = {}
    """Labels of the ServiceMonitor, for Prometheus to select it by, for example `release: kube-prometheus-stack`."""
    interval: Annotated[str, Field(pattern=r"^\d+(ms|s|m|h)$")] = "30s"
    """Time between two scrapes."""


class Logs(Section):
    """What LibreChat logs to standard output."""

    level: Literal["error", "warn", "info", "debug"] = "warn"
    """Lowest level that is logged. LibreChat before v0.8.8 always logs `info`."""
    format: Literal["json", "text"] = "json"
    """`json` for one JSON object per line, `text` for plain text."""


class LibreChatSettings(Section):
    """Settings of LibreChat."""

    method: Method = "native"
    """How LibreChat is deployed: `native`, as objects of this program, or `helm`, as a release of LibreChat's chart.
    Either way, this program creates the volume, credentials, librechat.yaml, Service, NetworkPolicy, exposure, MongoDB
    and Meilisearch."""
    helm: Helm = Helm()
    """The Helm release."""
    image: OptionalImage = ""
    """Image with its tag; empty for the pinned one."""
    replicas: Annotated[int, Field(ge=1, le=50)] = 1
    """Number of pods. More than one needs Redis (`valkey.enabled` or `redis`), and ReadWriteMany storage or files in
    S3."""
    autoscaling: Autoscaling = Autoscaling()
    """Scales the number of pods with the load, instead of `replicas`. It starts from one pod when you enable it."""
    disruption_budget: DisruptionBudget = DisruptionBudget()
    """How many pods keep running while a node is drained."""
    redis: Redis = Redis()
    """Redis for caches, rate limits, sessions and streams across replicas."""
    storage: Storage = Storage(size="5Gi")
    """The volume for uploads and images."""
    files: Files = Files()
    """Where LibreChat stores uploads and images."""
    upload_limit_mb: Annotated[int, Field(ge=1, le=4096)] = 25
    """Largest upload in MB, for LibreChat and for the ingress controller in front of it."""
    exposure: Exposure = Exposure(type="Ingress", host="localhost")
    """Access from outside the cluster."""
    domain: str = Field(default="", pattern=r"^$|^https?://[A-Za-z0-9.-]+(:\d+)?$")
    """External URL, for example `https://chat.example.org`, if it differs from the one that `exposure` implies."""
    trusted_proxies: Annotated[int, Field(ge=1, le=10)] = 1
    """Number of proxies in front of LibreChat that add to X-Forwarded-For."""
    registration: Registration = Registration()
    """Accounts."""
    admin: Admin = Admin()
    """The first account."""
    metrics: Metrics = Metrics()
    """Metrics."""
    logs: Logs = Logs()
    """Logs."""
    endpoint: Endpoint = Endpoint()
    """The endpoint `Ollama` in librechat.yaml."""
    config: dict[str, Any] = {}
    """Additional content of librechat.yaml, merged last: mappings are merged, everything else is replaced."""
    jwt_rotation: Annotated[int, Field(ge=1)] = 1
    """Increase it to replace JWT_SECRET and JWT_REFRESH_SECRET. This ends every session and restarts the pods."""
    rotate_credentials_and_lose_stored_keys: Annotated[int, Field(ge=1)] = 1
    """Increase it to replace CREDS_KEY and CREDS_IV. The values that they encrypted in the database (API keys of users,
    tokens of plugins and MCP servers, two-factor secrets) are then lost for good."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with all credentials: `JWT_SECRET` and `JWT_REFRESH_SECRET` (32 characters or
    more), `CREDS_KEY` (64 hexadecimal characters), `CREDS_IV` (32), `MONGO_URI`, and where they apply
    `MEILI_MASTER_KEY` and `REDIS_URI`; empty to generate them."""
    resources: Resources = resources(cpu="250m", memory="512Mi", memory_limit="2Gi")
    """CPU and memory."""
    extra_environment: EnvironmentVariables = {}
    """Additional environment variables; not for secrets."""
    pods: Pods = Pods()
    """Fields passed to the pods."""
    startup_timeout_seconds: Seconds = 480
    """Seconds to wait for Ready pods before `pulumi up` fails; includes image pulls and the start of MongoDB."""

    @property
    def most_replicas(self) -> int:
        """The greatest number of pods that may run, apart from a rollout."""
        return self.autoscaling.max_replicas if self.autoscaling.enabled else self.replicas
