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
    """How LibreChat talks to Ollama; the values go to librechat.yaml under the same names."""

    fetch: bool = True
    """Whether the list of models is fetched from Ollama, besides the configured ones."""
    title_convo: bool = True
    """Whether conversations get a title."""
    title_model: str = "current_model"
    """Model that writes the titles; `current_model` loads no second one."""
    title_timing: Literal["immediate", "final"] = "final"
    """When the title is asked for: `final`, after the answer, or `immediate`, beside it. With `immediate` and
    `ollama.server.numParallel: 1` the answer waits for the title."""
    model_display_label: str = "Ollama"
    """Name shown for the assistant."""
    add_params: dict[str, Any] = {"temperature": 0.7, "maxTokens": 2000}
    """Parameters added to every request, under LibreChat's names: `maxTokens` bounds an answer, `max_tokens` would be
    dropped and is refused."""


class Registration(Section):
    """Who may have an account."""

    enabled: bool = False
    """Whether anybody who reaches the page may register. The first user of an empty database becomes administrator."""
    allowed_domains: list[str] = []
    """Domains of e-mail addresses that may register; empty for all."""


class Redis(Section):
    """Redis, which more than one replica needs."""

    uri: SecretText = SecretStr("")
    """URI with the password, set with `pulumi config set --secret`; empty for none."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with the URI in its key `REDIS_URI`, instead of `uri`."""
    port: Port = 6379
    """Port of Redis, for the NetworkPolicy, where the URI is in a Secret and not known here."""

    @property
    def is_set(self) -> bool:
        """Whether there is a Redis."""
        return bool(secret_text(self.uri) or self.existing_secret)


class FilesS3(Section):
    """A bucket of Amazon S3, or of what speaks its protocol."""

    bucket: str = Field(default="", pattern=r"^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    """Name of the bucket."""
    region: str = Field(default="", pattern=r"^[A-Za-z0-9-]*$")
    """Region, for example `eu-central-1`."""
    endpoint: PlainHttpUrl = ""
    """URL of another S3 than Amazon's, for example `https://s3.example.org`; empty for Amazon's."""
    force_path_style: bool = False
    """Whether the bucket is part of the path and not of the host, as MinIO has it."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`."""


class Files(Section):
    """Where uploads and images are."""

    strategy: Literal["local", "s3"] = "local"
    """`local` for the volume, `s3` for a bucket, and no volume. Files of before stay where they were."""
    s3: FilesS3 = FilesS3()
    """The bucket."""


class Admin(Section):
    """The first account, created by a Job."""

    email: OptionalEmail = ""
    """E-mail address to log in with, for example `admin@example.org`; empty for no Job. An account with this address is
    left as it is."""
    name: Annotated[str, Field(min_length=3, max_length=80)] = "Administrator"
    """Name that is shown."""
    username: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.@-]{2,80}$")] = "admin"
    """User name."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with the password, 8 to 128 characters, in its key `password`; empty to generate
    it."""


class Metrics(Section):
    """LibreChat's metrics for Prometheus."""

    enabled: bool = False
    """Whether `/metrics` answers, to whoever bears a token, and only inside the cluster. Its Secret is generated."""
    service_monitor: bool = True
    """Whether there is a ServiceMonitor, which the Prometheus Operator has to know."""
    labels: Labels = {}
    """Labels of the ServiceMonitor, by which a Prometheus chooses it, for example `release: kube-prometheus-stack`."""
    interval: Annotated[str, Field(pattern=r"^\d+(ms|s|m|h)$")] = "30s"
    """Time between two scrapes."""


class Logs(Section):
    """What LibreChat writes to the output of its container."""

    level: Literal["error", "warn", "info", "debug"] = "warn"
    """Least severity that is written. LibreChat before v0.8.8 writes `info` whatever this says."""
    format: Literal["json", "text"] = "json"
    """One JSON object a line, or text for a person."""


class LibreChatSettings(Section):
    """Settings of LibreChat."""

    method: Method = "native"
    """How LibreChat is deployed: `native`, as objects of this program, or `helm`, as a release of LibreChat's chart.
    Volume, credentials, librechat.yaml, Service, NetworkPolicy, exposure, MongoDB and Meilisearch are of this program
    either way."""
    helm: Helm = Helm()
    """The Helm release."""
    image: OptionalImage = ""
    """Image with its tag; empty for the pinned one."""
    replicas: Annotated[int, Field(ge=1, le=50)] = 1
    """Pods. More than one needs Redis (`valkey.enabled`, or `redis`), and storage with ReadWriteMany or files in S3."""
    autoscaling: Autoscaling = Autoscaling()
    """As many pods as the load asks for, in place of `replicas`. Switching it on starts from one pod."""
    disruption_budget: DisruptionBudget = DisruptionBudget()
    """What draining a node leaves running."""
    redis: Redis = Redis()
    """Redis for caches, rate limits, sessions and streams across replicas."""
    storage: Storage = Storage(size="5Gi")
    """The volume of uploads and images."""
    files: Files = Files()
    """Where uploads and images are."""
    upload_limit_mb: Annotated[int, Field(ge=1, le=4096)] = 25
    """Largest upload in MB: LibreChat's limit, and the limit of the proxy in front of it."""
    exposure: Exposure = Exposure(type="Ingress", host="localhost")
    """Access from outside the cluster."""
    domain: str = Field(default="", pattern=r"^$|^https?://[A-Za-z0-9.-]+(:\d+)?$")
    """External origin, for example `https://chat.example.org`, where it is not the one that `exposure` gives."""
    trusted_proxies: Annotated[int, Field(ge=1, le=10)] = 1
    """Proxies in front of LibreChat that add to X-Forwarded-For."""
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
    """Further content of librechat.yaml, merged last: mappings are merged, everything else is replaced."""
    jwt_rotation: Annotated[int, Field(ge=1)] = 1
    """Raise it to replace JWT_SECRET and JWT_REFRESH_SECRET: every session ends and the pods roll."""
    rotate_credentials_and_lose_stored_keys: Annotated[int, Field(ge=1)] = 1
    """Raise it to replace CREDS_KEY and CREDS_IV. What they encrypted in the database (API keys of users, tokens of
    plugins and MCP servers, two-factor secrets) can never be read again."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace that holds all credentials, so that none is generated: `JWT_SECRET`,
    `JWT_REFRESH_SECRET` (32 characters or more), `CREDS_KEY` (64 hexadecimal characters), `CREDS_IV` (32), `MONGO_URI`,
    and where they apply `MEILI_MASTER_KEY` and `REDIS_URI`; empty to generate them."""
    resources: Resources = resources(cpu="250m", memory="512Mi", memory_limit="2Gi")
    """CPU and memory."""
    extra_environment: EnvironmentVariables = {}
    """Further environment variables; not for secrets."""
    pods: Pods = Pods()
    """Passed through to the pods."""
    startup_timeout_seconds: Seconds = 480
    """Seconds until the pods have to be Ready before `pulumi up` fails, image pull and MongoDB's start included."""

    @property
    def most_replicas(self) -> int:
        """The greatest number of pods that may run, apart from a rollout."""
        return self.autoscaling.max_replicas if self.autoscaling.enabled else self.replicas
