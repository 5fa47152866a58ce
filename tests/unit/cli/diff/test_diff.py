"""Differences between two stacks: settings, objects, and the report."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import project
from cli.__main__ import app
from cli.diff import objects, report, settings
from cli.project import StackFile, read_stack
from tests.unit.programs import STACKS

ENCRYPTED = {"secure": "v1:q83vEjRWeJA=:c2VjcmV0"}


def stack(name: str, **config: Any) -> StackFile:
    return StackFile(name, Path(f"Pulumi.{name}.yaml"), config)


def in_objects(one: StackFile, other: StackFile) -> dict[str, dict[str, tuple[Any, Any]]]:
    return {
        f"{found.kind} {found.name}": {change.path: (change.before, change.after) for change in found.changes}
        for found in objects.differences(one, other)
    }


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_does_not_differ_from_itself(name: str) -> None:
    file = read_stack(name)
    assert settings.differences(file, file) == []
    assert objects.differences(file, file) == []


def test_settings_are_compared_with_their_defaults() -> None:
    found = settings.differences(stack("a", ollama={"replicas": 1}), stack("b", ollama={"gpu": {"count": 2}}))
    assert found == [("ollama.gpu.count", "0", "2")]


def test_secrets_are_named_and_not_shown() -> None:
    one = stack("a", librechat={"extraEnvironment": {"API_KEY": "hunter2"}}, mongodb={"external": {"uri": ENCRYPTED}})
    other = stack("b", librechat={"extraEnvironment": {"API_KEY": "hunter3"}})
    found = {entry.path: (entry.before, entry.after) for entry in settings.differences(one, other)}
    assert found == {
        "librechat.extraEnvironment.API_KEY": ("[secret]", "[secret]"),
        "mongodb.external.uri": ("[encrypted]", "not encrypted"),
    }
    changed = in_objects(one, other)
    variable = "spec.template.spec.containers[librechat].env[API_KEY].value"
    assert changed["Deployment librechat"][variable] == ("[secret]", "[secret]")
    assert "hunter" not in "\n".join(report.text(("a", "b"), [], objects.differences(one, other)))


def test_names_of_namespaces_and_environments_are_no_difference_of_objects() -> None:
    one = stack("a", environment="staging", namespaces={"prefix": "staging-"})
    other = stack("b", environment="production", namespaces={"ollama": "models", "librechat": "chat"})
    assert in_objects(one, other) == {}
    assert {entry.path for entry in settings.differences(one, other)} == {
        "environment",
        "namespaces.prefix",
        "namespaces.ollama",
        "namespaces.librechat",
    }


def test_the_rest_of_the_settings_of_namespaces_counts() -> None:
    changed = in_objects(stack("a"), stack("b", namespaces={"prefix": "b-", "quota": {"enabled": False}}))
    assert changed == {"ResourceQuota quota": {}}


def test_objects_differ_in_content_and_protection_and_without_their_checksums() -> None:
    changed = in_objects(
        stack("a"), stack("b", dataProtection=True, librechat={"config": {"interface": {"prompts": False}}})
    )
    content = 'data["librechat.yaml"].interface.prompts'
    assert set(changed["ConfigMap librechat-config"]) <= {content, 'data["librechat.yaml"].interface'}
    assert "Deployment librechat" not in changed
    assert changed["Secret librechat-mongodb"] == {
        "options.protect": (False, True),
        "options.retainOnDelete": (False, True),
    }


def test_an_object_that_only_one_has_is_told_so() -> None:
    found = objects.differences(stack("a", meilisearch={"enabled": False}), stack("b"))
    assert ("StatefulSet", "librechat-meilisearch", "b") in {(entry.kind, entry.name, entry.only) for entry in found}


def test_the_command_prints_lines_and_data() -> None:
    runner = CliRunner()
    lines = runner.invoke(app, ["diff", "--from", "dev", "--to", "prod"])
    assert lines.exit_code == 0
    assert '  librechat.exposure.host: "chat.glukas.space" -> "chat.example.org"' in lines.stdout.splitlines()
    assert "  Ingress ollama/ollama-ingress: only in dev" in lines.stdout.splitlines()
    found = json.loads(runner.invoke(app, ["diff", "--from", "dev", "--to", "prod", "--json"]).stdout)
    assert (found["from"], found["to"]) == ("dev", "prod")
    assert {"path": "dataProtection", "before": "false", "after": "true"} in found["settings"]
    claim = next(entry for entry in found["objects"] if entry["name"] == "ollama-data")
    assert {"path": "spec.resources.requests.storage", "before": "10Gi", "after": "200Gi"} in claim["changes"]


def test_refused_settings_of_either_stack_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "PROJECT", tmp_path)
    for name in ("one", "other"):
        text = f"config:\n  ollama-librechat:ollama:\n    {name}: 1\n"
        (tmp_path / f"Pulumi.{name}.yaml").write_text(text)
    result = CliRunner().invoke(app, ["diff", "--from", "one", "--to", "other"])
    assert result.exit_code == 1
    assert "ollama.one" in result.output
    assert "ollama.other" in result.output
