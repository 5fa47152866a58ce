"""The pack on the project's own stacks; levels and exceptions from their settings."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from cli.policies import HIDDEN, exceptions, levels, pack_config, previewed, violations
from components.stack.policies import Rule
from components.stack.settings import Settings
from policies.rules import RESOURCE_RULES, STACK_RULES
from policies.rules.rule import UNKNOWN, Resource
from tests.unit.policies.objects import claim, deployment, good, ingress, service
from tests.unit.programs import STACKS, recorded, stack_config
from tests.unit.recording import PROJECT


def settings(**values: Any) -> Settings:
    return Settings.model_validate(values)


def test_settings_know_every_rule() -> None:
    assert set(get_args(Rule)) == {rule.name for rule in (*RESOURCE_RULES, *STACK_RULES)}


@pytest.mark.parametrize("stack", STACKS)
def test_the_projects_stacks_keep_to_every_rule(stack: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    config = {key.removeprefix(f"{PROJECT}:"): value for key, value in stack_config(stack).items()}
    recording = recorded(stack, tmp_path_factory.mktemp(stack))
    resources = [
        Resource(entry.type, entry.name, entry.inputs, entry.protect, entry.urn) for entry in recording.resources
    ]
    assert [violation.message for violation in violations(resources, Settings.model_validate(config))] == []


def test_development_is_told_and_production_refused() -> None:
    for environment, level in (("development", "advisory"), ("production", "mandatory"), ("staging", "mandatory")):
        assert set(levels(settings(environment=environment)).values()) == {level}


def test_a_level_for_all_and_one_for_a_rule() -> None:
    chosen = levels(settings(policies={"level": "mandatory", "rules": {"labels": "disabled"}}))
    assert chosen["labels"] == "disabled"
    assert chosen["network-policy"] == "mandatory"


def test_a_disabled_rule_finds_nothing() -> None:
    resources = [deployment("containers.0.image", "ollama/ollama"), *good()[1:]]
    found = violations(resources, settings(environment="production"))
    assert [(violation.path, violation.level) for violation in found] == [("image-version", "error")]
    assert list(violations(resources, settings(policies={"rules": {"image-version": "disabled"}}))) == []


def test_what_the_settings_allow_is_an_exception() -> None:
    exposure = {"type": "Ingress", "host": "ollama.example.org", "allowAnonymous": True}
    anonymous = settings(ollama={"exposure": exposure}, policies={"exceptions": {"labels": ["ollama/extra"]}})
    assert exceptions(anonymous) == {"labels": ["ollama/extra"], "no-anonymous-ollama": ["ollama/ollama-ingress"]}
    resources = [*good(), ingress()]
    assert [found.path for found in violations(resources, settings())] == ["no-anonymous-ollama"]
    assert list(violations(resources, anonymous)) == []


def test_the_file_for_the_engine_names_every_rule() -> None:
    config = pack_config(settings(environment="production", policies={"exceptions": {"labels": ["ollama/extra"]}}))
    assert set(config) == set(get_args(Rule))
    assert config["labels"] == {"enforcementLevel": "mandatory", "exceptions": ["ollama/extra"]}


def test_a_preview_without_what_goes_and_without_what_is_hidden() -> None:
    def step(op: str, resource: Resource, **inputs: Any) -> dict[str, Any]:
        state = {"type": resource.type, "urn": f"urn::{resource.name}", "protect": resource.protect}
        return {"op": op, "newState": {**state, "inputs": {**resource.props, **inputs}}}

    steps = [
        step("create", claim()),
        step("delete", service()),
        step("same", deployment(), unknown="04da6b54-80e4-46f7-96ec-b56ff0331ba9", secrets=[{"value": HIDDEN}]),
        {"op": "delete"},
    ]
    kept = previewed(json.dumps({"steps": steps}))
    assert [(resource.kind, resource.protect) for resource in kept] == [
        ("PersistentVolumeClaim", True),
        ("Deployment", False),
    ]
    assert kept[1].props["unknown"] == UNKNOWN
    assert kept[1].props["secrets"] == [{"value": UNKNOWN}]


def test_a_replacement_is_judged_once() -> None:
    state = {"type": deployment().type, "urn": "urn::web", "inputs": dict(deployment().props)}
    steps = [{"op": op, "newState": state} for op in ("create-replacement", "replace")]
    assert len(previewed(json.dumps({"steps": [*steps, {"op": "delete-replaced", "oldState": state}]}))) == 1


def test_the_pack_has_an_environment_of_its_own() -> None:
    pack = Path(__file__).parents[3] / "policies"
    assert "pulumi-policy" in (pack / "requirements.txt").read_text()
    assert "name: python" in (pack / "PulumiPolicy.yaml").read_text()
