"""Change of method: what is kept of the server that the other method runs."""

from pathlib import Path

import pulumi
import pytest

from components.stack.data.deployed import DeployedRelease, DeployedStack
from components.stack.handover import former_server
from tests.unit.recording import run


def test_nothing_is_kept_without_a_server_of_the_other_method() -> None:
    for deployed in (DeployedStack(), DeployedStack(replicas={"ollama-deployment": 1})):
        kept = run(lambda deployed=deployed: former_server(deployed, "ollama", "native")).result
        assert kept is None


def test_a_chart_that_is_gone_is_told_before_anything_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    release = DeployedRelease("./charts/ollama.tgz", frozenset({"replicaCount"}))
    running = DeployedStack(replicas={"ollama-release": 1}, releases={"ollama-release": release})
    with pytest.raises(pulumi.RunError, match=r"ollama: .* from the chart ./charts/ollama.tgz, which is not there"):
        run(lambda: former_server(running, "ollama", "native"))
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "ollama.tgz").touch()
    kept = run(lambda: former_server(running, "ollama", "native")).result
    assert kept == {"release_values": ["replicaCount"]}
