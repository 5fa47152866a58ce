"""Settings of what is reached from outside the cluster."""

from typing import Literal

from ..settings.base import Section
from ..settings.types import Annotations, Networks, OptionalHost, OptionalImage, OptionalObjectName
from ..workload.settings import Resources, resources


class Tls(Section):
    """TLS in front of an application with `type: Ingress`. With `HTTPRoute`, the Gateway's listener has it."""

    secret_name: OptionalObjectName = ""
    """Secret of type `kubernetes.io/tls` in the application's namespace; empty for plain HTTP.
    With an issuer, the Secret that cert-manager fills."""
    issuer: OptionalObjectName = ""
    """cert-manager issuer that fills the Secret; empty if the Secret comes from elsewhere."""
    issuer_kind: Literal["ClusterIssuer", "Issuer"] = "ClusterIssuer"
    """Kind of the cert-manager issuer."""


class Gateway(Section):
    """The Gateway that an HTTPRoute attaches to."""

    name: OptionalObjectName = ""
    """Name of the Gateway."""
    namespace: OptionalObjectName = ""
    """Namespace of the Gateway; empty for the application's own."""
    section_name: OptionalObjectName = ""
    """Listener of the Gateway; empty for every listener that fits. A name that begins with `https` says that the URL
    does too."""


Controller = Literal[
    "ingress-nginx", "traefik", "haproxy", "haproxy-ingress", "envoy-gateway", "nginx-gateway-fabric", "other"
]


class Exposure(Section):
    """How an application is reached from outside the cluster."""

    type: Literal["none", "Ingress", "HTTPRoute"] = "none"
    """`Ingress`, `HTTPRoute` of the Gateway API, or `none` for in-cluster access only."""
    host: OptionalHost = ""
    """Host name, for example `chat.example.org`."""
    class_name: OptionalObjectName = "nginx"
    """IngressClass; empty for the cluster's default one."""
    controller: Controller = "ingress-nginx"
    """Implementation behind the class or the Gateway. It selects what streaming (read timeout of an hour, no buffering)
    and uploads need; `other` adds nothing. `haproxy` is the one by HAProxy Technologies (annotations `haproxy.org/`),
    `haproxy-ingress` the one of the community (`haproxy-ingress.github.io/`). ingress-nginx is retired since March
    2026: its images still run and get no more fixes, so choose another one for a new cluster."""
    annotations: Annotations = {}
    """Annotations added to the Ingress or HTTPRoute; they win over the preset ones."""
    allowed_networks: Networks = []
    """Networks whose clients are let in, for example `10.0.0.0/8`; empty for all. The proxy has to see the clients'
    addresses: behind a load balancer that hides them, these are the load balancer's."""
    tls: Tls = Tls()
    """TLS; plain HTTP by default."""
    gateway: Gateway = Gateway()
    """Gateway for `type: HTTPRoute`."""


class Token(Section):
    """A token that is checked in front of Ollama, by a proxy in a pod of its own."""

    enabled: bool = False
    """Whether only requests with the header `Authorization: Bearer <token>` reach Ollama."""
    existing_secret: OptionalObjectName = ""
    """Secret in Ollama's namespace with the token in its key `token`, 16 to 512 letters, digits, `-` and `_`; empty to
    generate it."""
    image: OptionalImage = ""
    """Image of the proxy, nginx without root, with its tag; empty for the pinned one."""
    resources: Resources = resources(cpu="25m", memory="32Mi", memory_limit="128Mi")
    """CPU and memory of the proxy."""


class OllamaExposure(Exposure):
    """How Ollama is reached from outside the cluster: by `allowedNetworks`, a token, or `allowAnonymous`."""

    token: Token = Token()
    """A token that every request has to bear."""
    allow_anonymous: bool = False
    """Whether Ollama may be exposed without any of the two, for example because what is in front of it checks."""
