"""Settings for access from outside the cluster."""

from typing import Literal

from ..settings.base import Section
from ..settings.types import Annotations, Networks, OptionalHost, OptionalObjectName


class Tls(Section):
    """TLS for an application with `type: Ingress`. With `HTTPRoute`, the Gateway's listener terminates TLS."""

    secret_name: OptionalObjectName = ""
    """Secret of type `kubernetes.io/tls` in the application's namespace; empty for plain HTTP.
    With an issuer, cert-manager writes this Secret."""
    issuer: OptionalObjectName = ""
    """cert-manager issuer that issues the certificate; empty if you create the Secret yourself."""
    issuer_kind: Literal["ClusterIssuer", "Issuer"] = "ClusterIssuer"
    """Kind of the cert-manager issuer."""


class Gateway(Section):
    """The Gateway that an HTTPRoute attaches to."""

    name: OptionalObjectName = ""
    """Name of the Gateway."""
    namespace: OptionalObjectName = ""
    """Namespace of the Gateway; empty for the application's own."""
    section_name: OptionalObjectName = ""
    """Listener of the Gateway; empty for every listener that matches. If the name starts with `https`, so does the
    URL."""


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
    """Implementation of the IngressClass or the Gateway. It selects the settings that streaming (one-hour read timeout,
    no buffering) and uploads need; `other` adds none. `haproxy` is the controller by HAProxy Technologies (annotations
    `haproxy.org/`), `haproxy-ingress` the community's (`haproxy-ingress.github.io/`). ingress-nginx was retired in
    March 2026: it still runs but gets no more fixes, so choose another one for a new cluster."""
    annotations: Annotations = {}
    """Annotations added to the Ingress or HTTPRoute; they override those of the preset."""
    allowed_networks: Networks = []
    """Client networks that are allowed, for example `10.0.0.0/8`; empty for all. The controller must see the clients'
    addresses: behind a load balancer that hides them, it sees the load balancer's."""
    tls: Tls = Tls()
    """TLS; plain HTTP by default."""
    gateway: Gateway = Gateway()
    """The Gateway, with `type: HTTPRoute`."""
