"""Bad input: each case alone, through the checks and through the engine's configuration; then many at once."""

import os
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from components.settings.findings import Finding, SettingsError
from components.settings.validation import validate
from components.stack.configuration import read_settings
from components.stack.kubeconfig import check_context
from components.stack.rules import check
from components.stack.settings import Settings
from tests.unit import programs
from tests.unit.components.stack.bad_input import CASES, Case
from tests.unit.recording import PROJECT, engine_config, run

PASSWORD = "hunter2"
Refused = Callable[..., str]


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kubeconfig with the contexts of every stack, as the environment names it."""
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(programs.KUBECONFIG))
    monkeypatch.setenv("KUBECONFIG", os.fspath(file))
    monkeypatch.chdir(tmp_path)
    return file


@pytest.fixture
def refused(kubeconfig: Path) -> Refused:  # noqa: ARG001 - has to be there
    """Load settings as the program does, and give the message that the engine prints."""

    def message(
        settings: dict[str, Any], secret_keys: tuple[str, ...] = (), foreign: dict[str, str] | None = None
    ) -> str:
        config = {**engine_config({**programs.defaults(), **programs.in_project(**settings)}), **(foreign or {})}
        with pytest.raises(pulumi.RunError) as caught:
            run(read_settings, config, frozenset(f"{PROJECT}:{key}" for key in secret_keys), stack="test")
        return str(caught.value)

    return message


def findings_of(document: dict[str, Any], project: Path) -> list[Finding]:
    """Everything that is wrong, as the checks give it."""
    settings, findings = validate(Settings, document)
    refused = {finding.path for finding in findings}
    findings += [finding for finding in check(settings) if finding.path not in refused]
    return [*findings, *check_context(settings.kubeconfig, settings.context, os.environ, project)]


def assert_names(case: Case, line: str) -> None:
    """One line of a message names the key path, the value and the rule."""
    assert line.startswith(case.path)
    assert case.value in line
    for word in case.words:
        assert word in line
    assert PASSWORD not in line


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 100
    assert len({case.text for case in CASES.values()}) == len(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_finding_names_path_value_and_rule(name: str, kubeconfig: Path) -> None:
    case = CASES[name]
    findings = findings_of(yaml.safe_load(case.text), kubeconfig.parent)
    assert [finding.path for finding in findings] == [case.path]
    assert_names(case, str(findings[0]))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.engine])
def test_the_engine_gets_the_same_finding(name: str, refused: Refused) -> None:
    case = CASES[name]
    message = refused(yaml.safe_load(case.text))
    head, *lines = message.splitlines()
    assert head == "1 setting of Pulumi.test.yaml refused, nothing was changed:"
    assert_names(case, message.removeprefix(head).strip())
    assert lines


def test_a_refusal_registers_nothing(kubeconfig: Path) -> None:
    from cli import recording  # noqa: PLC0415 - patched below

    seen: list[recording.Recording] = []
    original = recording.Recording

    def remember() -> recording.Recording:
        seen.append(original())
        return seen[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recording, "Recording", remember)
        with pytest.raises(pulumi.RunError, match=r"ollama\.gpu\.cuont"):
            programs.execute(programs.in_project(ollama={"gpu": {"cuont": 1}}), kubeconfig.parent)
    assert len(seen) == 1
    assert seen[0].resources == []


def test_everything_that_is_wrong_is_said_at_once(refused: Refused) -> None:
    message = refused(
        {
            "ollma": {},
            "context": "minikub",
            "dataProtection": "maybe",
            "labels": {"team": 1, "my team": "x"},
            "ollama": {
                "image": "ollama/ollama",
                "models": ["a:1", "a:1"],
                "gpu": {"count": -1, "vendor": "apple"},
                "replicas": 2,
                "storage": {"size": "10GB"},
                "resources": {"requests": {"memory": "8Gi"}, "limits": {"memory": "4Gi"}},
            },
            "librechat": {
                "exposure": {"host": "https://x"},
                "endpoint": {"titleModel": "b"},
                "config": {"interfce": {}},
            },
            "mongodb": {"external": {"uri": f"mysql://u:{PASSWORD}@h"}, "resources": {"limits": {"mem": "1Gi"}}},
            "meilisearch": {"external": {"url": "https://s.org"}},
        }
    )
    head, *lines = message.splitlines()
    assert head == "18 settings of Pulumi.test.yaml refused, nothing was changed:"
    assert len(lines) == 18
    for path in (
        "ollma", "context", "dataProtection", "labels.team", "labels.my team", "ollama.image", "ollama.models[1]",
        "ollama.gpu.count", "ollama.gpu.vendor", "ollama.replicas", "ollama.storage.size",
        "ollama.resources.limits.memory", "librechat.exposure.host", "librechat.endpoint.titleModel",
        "librechat.config: interfce", "mongodb.external.uri", "mongodb.resources.limits.mem",
        "meilisearch.external.masterKey",
    ):  # fmt: skip
        assert any(line.strip().startswith(path) for line in lines), path
    assert PASSWORD not in message


def test_findings_of_one_section_do_not_hide_rules_between_sections(refused: Refused) -> None:
    message = refused(
        {"namespaces": {"ollama": "ai", "librechat": "ai", "prefx": "x"}, "ollama": {"pull": {"retries": -1}}}
    )
    for path in ("namespaces.prefx", "namespaces.ollama", "ollama.pull.retries"):
        assert f"  {path} = " in message
    assert message.startswith("3 settings")


SECRETS: dict[str, tuple[dict[str, Any], str]] = {
    "known secret of a wrong form": (
        {"mongodb": {"external": {"uri": f"http://u:{PASSWORD}@h"}}},
        "mongodb.external.uri",
    ),
    "known secret of a wrong type": ({"mongodb": {"external": {"uri": [PASSWORD]}}}, "mongodb.external.uri"),
    "number for a secret": ({"meilisearch": {"external": {"masterKey": 8642713590}}}, "meilisearch.external.masterKey"),
    "misspelled key of a secret": (
        {"mongodb": {"external": {"url": f"mongodb://u:{PASSWORD}@h"}}},
        "mongodb.external.url",
    ),
    "password with a slash": (
        {"mongodb": {"external": {"url": f"mongodb://u:a/{PASSWORD}@h"}}},
        "mongodb.external.url",
    ),
    "misspelled section": ({"mongdb": {"external": {"uri": f"mongodb://u:{PASSWORD}@h"}}}, "mongdb"),
    "misspelled section of plain secrets": ({"meilisearh": {"external": {"masterKey": PASSWORD}}}, "meilisearh"),
    "secret in place of its section": ({"mongodb": {"external": f"mongodb://u:{PASSWORD}@h"}}, "mongodb.external"),
    "plain secret in place of its section": ({"meilisearch": {"external": PASSWORD}}, "meilisearch.external"),
    "plain secret in place of a section at the top": ({"meilisearch": PASSWORD}, "meilisearch"),
    "unknown key by the name of a secret": ({"librechat": {"credsKey": PASSWORD}}, "librechat.credsKey"),
    "number under the name of a secret": ({"librechat": {"password": 8642713590}}, "librechat.password"),
    "list of mappings": ({"ollama": {"model": [{"token": PASSWORD}]}}, "ollama.model"),
    "environment variable": (
        {"librechat": {"extraEnvironment": {"OPENAI_API_KEY": [PASSWORD]}}},
        "librechat.extraEnvironment.OPENAI_API_KEY",
    ),
    "broken JSON": ({"meilisearch": f'{{"external": {{"masterKey": "{PASSWORD}"'}, "meilisearch"),
    "secret in librechat.yaml": (
        {"librechat": {"config": {"endpoints": {"custom": [{"apiKey": PASSWORD, "nam": "x"}]}}}},
        "librechat.config",
    ),
}


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_is_in_a_message(name: str, refused: Refused) -> None:
    settings, path = SECRETS[name]
    message = refused(settings)
    assert f"  {path}" in message
    assert PASSWORD not in message
    assert "8642713590" not in message


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"ollama": {"image": PASSWORD}}, "ollama.image"),
        ({"ollama": {"models": [PASSWORD, PASSWORD]}}, "ollama.models[1]"),
        ({"librechat": {"endpoint": {"titleModel": PASSWORD}}}, "librechat.endpoint.titleModel"),
        ({"labels": {"team": f"a {PASSWORD}"}}, "labels.team"),
        ({"context": PASSWORD}, "context"),
        ({"namespaces": {"quota": {"ollama": {"pods": PASSWORD}}}}, "namespaces.quota.ollama.pods"),
        ({"unknown": PASSWORD}, "unknown"),
        ({"librechat": {"redis": {"uri": PASSWORD}, "replicas": 2}}, "librechat.replicas"),
    ],
)
def test_nothing_that_the_stack_file_encrypts_is_in_a_message(
    settings: dict[str, Any], path: str, refused: Refused
) -> None:
    message = refused(settings, secret_keys=tuple(settings))
    assert f"  {path} = [secret]: " in message
    assert PASSWORD not in message


def test_a_key_that_nothing_reads_is_refused_with_the_name_that_was_meant(refused: Refused) -> None:
    message = refused({}, foreign={"ollama-libre:context": "a", "kubernetes:namespace": "b", "pulumi:tags": "{}"})
    assert message.splitlines()[1:] == [
        "  ollama-libre:context: nothing reads the namespace `ollama-libre`, did you mean `ollama-librechat:`?"
    ]


def test_one_finding_reads_like_a_sentence() -> None:
    error = SettingsError([Finding("ollama.gpu.count", "-1", "has to be at least 0")])
    assert str(error) == (
        "1 setting of the configuration refused, nothing was changed:\n  ollama.gpu.count = -1: has to be at least 0"
    )
    assert isinstance(error, ValueError)


def test_long_values_are_shortened() -> None:
    _, findings = validate(Settings, {"ollama": {"image": f"a b{string.ascii_lowercase * 20}"}})
    assert [len(finding.value) < 100 for finding in findings] == [True]
    assert findings[0].value.endswith("...")
