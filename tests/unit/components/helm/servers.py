"""A server that is no application of this project, for tests of what runs any server."""

import pulumi

from components.context import Context
from components.helm.charts import Chart
from components.helm.release import ReleaseSpec
from components.helm.server import ServerPods, Strategy
from components.helm.settings import Helm
from components.workload.pod import Pod
from components.workload.workload import Workload

CHART = Chart("echo", "https://charts.example.org", "1.2.3")
VALUES = {"fullnameOverride": "echo-helm", "image": {"tag": "1"}}
SURGE = Strategy(type="RollingUpdate", max_surge=1)
RECREATE = Strategy(type="Recreate")


def workload() -> Workload:
    """Return the workload; only inside a program."""
    parent = pulumi.ComponentResource("tests:index:Echo", "echo")
    return Workload(
        name="echo", component="web", resource_name="echo", parent=parent, context=Context(namespace="tests")
    )


def release(**settings: object) -> ReleaseSpec:
    """Return how a chart deploys it."""
    return ReleaseSpec(chart=CHART, settings=Helm.model_validate(settings), values=lambda: VALUES)


def pods(strategy: Strategy = RECREATE, *, replicas: int = 1, autoscaled: bool = False) -> ServerPods:
    """Return its pods."""
    pod = Pod(metadata={"labels": {"a": "b"}}, spec={"containers": [{"name": "echo", "image": "echo:1"}]})
    return ServerPods(pod=pod, strategy=strategy, replicas=replicas, autoscaled=autoscaled, timeout_seconds=90)
