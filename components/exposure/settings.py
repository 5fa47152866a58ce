"""Settings of what is reached from outside the cluster."""

from typing import Literal

from ..settings.base import Section
from ..settings.types import Annotations, Networks, OptionalHost, OptionalObjectName


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


ControllerName = Literal[
    "ingress-nginx", "traefik", "haproxy", "haproxy-ingress", "envoy-gateway", "nginx-gateway-fabric", "other"
]
"""Names of the records in `controllers`."""


class Exposure(Section):
    """How an application is reached from outside the cluster."""

    type: Literal["none", "Ingress", "HTTPRoute"] = "none"
    """`Ingress`, `HTTPRoute` of the Gateway API, or `none` for in-cluster access only."""
    host: OptionalHost = ""
    """Host name, for example `chat.example.org`."""
    class_name: OptionalObjectName = "nginx"
    """IngressClass; empty for the cluster's default one."""
    controller: ControllerName = "ingress-nginx"
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
