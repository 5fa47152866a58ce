"""LibreChat's metrics."""

from components.librechat.metrics import METRICS_PATH, METRICS_SECRET
from tests.unit import pods
from tests.unit.programs import librechat


def test_without_metrics_there_is_nothing_of_them() -> None:
    program = librechat()
    assert program.all("ServiceMonitor") == []
    assert [found for found in program.resources if "metrics" in found.name] == []


def test_prometheus_gets_the_token_that_librechat_asks_for() -> None:
    program = librechat(metrics={"enabled": True, "labels": {"release": "prometheus"}, "interval": "15s"})
    secret = program.object("Secret", "librechat-metrics")
    assert secret.is_secret(f"stringData.{METRICS_SECRET}")
    found = pods.container(program.object("Deployment", "librechat"), "librechat")
    assert pods.secret_environment(found)[METRICS_SECRET] == "librechat-metrics"
    (monitor,) = program.all("ServiceMonitor")
    assert monitor.metadata["labels"]["release"] == "prometheus"
    (endpoint,) = monitor.spec["endpoints"]
    assert (endpoint["path"], endpoint["interval"]) == (METRICS_PATH, "15s")
    assert endpoint["authorization"]["credentials"] == {"name": "librechat-metrics", "key": METRICS_SECRET}
    labels = program.object("Service", "librechat").metadata["labels"]
    assert monitor.spec["selector"]["matchLabels"].items() <= labels.items()


def test_a_prometheus_without_the_operator_has_no_service_monitor() -> None:
    program = librechat(metrics={"enabled": True, "serviceMonitor": False})
    assert program.all("ServiceMonitor") == []
    assert len(program.all("Secret")) == 2
