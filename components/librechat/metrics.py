"""LibreChat's metrics: the token that protects them, and the ServiceMonitor that makes Prometheus scrape them."""

import pulumi
import pulumi_kubernetes as k8s

from ..credentials import hexadecimal
from ..workload.names import name_of
from ..workload.workload import Workload
from .settings import Metrics

METRICS_PATH = "/metrics"
METRICS_SECRET = "METRICS_SECRET"  # noqa: S105 - the name of the variable, and of the key in the Secret
SECRET = "librechat-metrics"  # noqa: S105 - the name of the Secret
TOKEN_BYTES = 32


def create_metrics(settings: Metrics, workload: Workload) -> pulumi.Output[str] | None:
    """Create what the metrics need, and return the name of the Secret with the token; None without metrics.

    The token has a Secret of its own, so that Prometheus needs access to no other. Without a token LibreChat answers
    401.

    Source: monitoring.coreos.com/v1 ServiceMonitor, `spec.endpoints[].authorization`.
    """
    if not settings.enabled:
        return None
    name = workload.resource_name
    token = hexadecimal(f"{name}-metrics-token", TOKEN_BYTES, parent=workload.parent, protected=False)
    secret = k8s.core.v1.Secret(
        f"{name}-metrics-secret",
        metadata=workload.metadata(SECRET),
        type="Opaque",
        string_data={METRICS_SECRET: token},
        opts=workload.options(),
    )
    secret_name = name_of(secret.metadata, SECRET)
    if settings.service_monitor:
        metadata = workload.metadata()
        k8s.apiextensions.CustomResource(
            f"{name}-service-monitor",
            api_version="monitoring.coreos.com/v1",
            kind="ServiceMonitor",
            metadata={**metadata, "labels": {**settings.labels, **workload.labels}},
            spec={
                "selector": {"matchLabels": workload.selector},
                "endpoints": [
                    {
                        "port": "http",
                        "path": METRICS_PATH,
                        "interval": settings.interval,
                        "authorization": {
                            "type": "Bearer",
                            "credentials": {"name": secret_name, "key": METRICS_SECRET},
                        },
                    }
                ],
            },
            opts=workload.options(),
        )
    return secret_name
