"""Fixtures of the unit tests: no cluster, no engine, nothing of the machine's own configuration."""

import pytest


@pytest.fixture(autouse=True)
def no_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's kubeconfig and Pulumi settings out, and make text of an Output an error."""
    for name in ("KUBECONFIG", "PULUMI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PULUMI_ERROR_OUTPUT_STRING", "true")
