"""LibreChat: what its settings and connections become."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from components import LibreChat
from components.librechat.config import writer
from components.librechat.rules import RULES, shared_redis
from components.settings.findings import SettingsError
from components.stack.rules import RULES as STACK_RULES
from tests.unit import pods, programs
from tests.unit.programs import CONNECTED, librechat
from tests.unit.recording import Recording, run

Execute = Callable[..., Recording]


def values(program: Recording) -> dict[str, str]:
    return pods.environment(program.object("Deployment", "librechat"), "librechat")


def content(program: Recording) -> dict[str, Any]:
    return yaml.safe_load(program.object("ConfigMap", "librechat-config").inputs["data"]["librechat.yaml"])


def test_registration_is_closed_unless_opened(default_program: Recording, execute: Execute) -> None:
    assert values(default_program)["ALLOW_REGISTRATION"] == "false"
    program = execute(librechat={"registration": {"enabled": True, "allowedDomains": ["example.org"]}})
    assert values(program)["ALLOW_REGISTRATION"] == "true"
    assert content(program)["registration"]["allowedDomains"] == ["example.org"]
    assert "port-forward" in program.exports["next_command"]


def test_a_volume_of_one_node_goes_from_pod_to_pod(default_program: Recording) -> None:
    assert default_program.object("Deployment", "librechat").spec["strategy"] == {"type": "Recreate"}


def test_settings_of_the_endpoint_reach_librechat_yaml() -> None:
    endpoint = {"fetch": False, "titleConvo": False, "modelDisplayLabel": "Assistant", "addParams": {"temperature": 0}}
    program = librechat(endpoint=endpoint, config={"interface": {"prompts": False}}, uploadLimitMb=40)
    (found,) = content(program)["endpoints"]["custom"]
    assert found["models"] == {"default": ["llama3.2:3b"], "fetch": False}
    assert found["titleConvo"] is False
    assert found["modelDisplayLabel"] == "Assistant"
    assert found["addParams"] == {"temperature": 0}
    assert content(program)["interface"] == {"prompts": False}
    assert content(program)["fileConfig"]["serverFileSizeLimit"] == 40
    annotations = program.object("Ingress", "librechat").metadata["annotations"]
    assert annotations["nginx.ingress.kubernetes.io/proxy-body-size"] == "45m"


def test_a_config_map_holds_no_credential(default_program: Recording) -> None:
    for found in default_program.all("ConfigMap"):
        text = "\n".join(found.inputs["data"].values())
        assert not any(value in text for value in default_program.generated().values())


def count_calls(patch: pytest.MonkeyPatch, functions: Iterable[Callable[..., Any]]) -> Counter[str]:
    """Count the calls of functions, wherever the components hold them: by name, or in a tuple of rules."""
    calls: Counter[str] = Counter()

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **keywords: Any) -> Any:
            calls[f"{function.__module__}.{function.__name__}"] += 1
            return function(*args, **keywords)

        return call

    replaced = {function: counted(function) for function in functions}
    for name, module in list(sys.modules.items()):
        if not name.startswith("components."):
            continue
        for attribute, value in list(vars(module).items()):
            if isinstance(value, tuple) and any(callable(item) and item in replaced for item in value):
                patch.setattr(module, attribute, tuple(replaced.get(item, item) for item in value))
            elif callable(value) and value.__hash__ and value in replaced:
                patch.setattr(module, attribute, replaced[value])
    return calls


def test_one_run_renders_once_and_applies_each_rule_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = [writer.to_yaml, shared_redis, *RULES, *STACK_RULES]
    calls = count_calls(monkeypatch, program)
    recording = programs.execute({}, tmp_path)
    assert "Ollama" in str(content(recording))
    names = {f"{function.__module__}.{function.__name__}" for function in program}
    assert calls == dict.fromkeys(names, 1)


def test_a_component_by_itself_renders_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = count_calls(monkeypatch, [writer.to_yaml, shared_redis, *RULES])
    librechat()
    assert set(calls.values()) == {1}
    assert len(calls) == len(RULES) + 2


OLLAMA = CONNECTED["ollama"][0]


@pytest.mark.parametrize(
    ("args", "path"),
    [
        ({"config": {"interfce": {}}}, "config: interfce"),
        ({"config": {"mcpServers": {"x": {"token": "hunter2"}}}}, "config: mcpServers.x.token"),
        ({"endpoint": {"add_params": {"max_tokens": 5}}}, "endpoint.addParams.max_tokens"),
        ({"ollama": [{**OLLAMA, "name": "local"}]}, "ollama[0].name"),
        ({"ollama": [OLLAMA, OLLAMA]}, "ollama[1].name"),
        ({"ollama": [{**OLLAMA, "models": ["a:1", "b:1", "a:1"]}]}, "ollama[0].models[2]"),
        ({"ollama": [{**OLLAMA, "models": []}]}, "ollama"),
    ],
)
def test_what_librechat_would_refuse_or_ignore_is_refused_with_the_key_of_the_args(
    args: dict[str, Any], path: str
) -> None:
    with pytest.raises(SettingsError) as error:
        run(lambda: LibreChat("librechat", {**CONNECTED, **args}) and None)
    assert [finding.path for finding in error.value.findings] == [path]
    assert "hunter2" not in str(error.value)


def test_a_parameter_of_all_endpoints_is_reported_once() -> None:
    other = {**OLLAMA, "name": "Ollama (amd)"}
    args: Any = {**CONNECTED, "ollama": [OLLAMA, other], "endpoint": {"add_params": {"max_tokens": 5}}}
    with pytest.raises(SettingsError) as error:
        run(lambda: LibreChat("librechat", args) and None)
    assert len(error.value.findings) == 1


def test_a_title_model_without_its_tag_is_accepted() -> None:
    (found,) = content(librechat(endpoint={"titleModel": "llama3.2:3b"}))["endpoints"]["custom"]
    assert found["titleModel"] == "llama3.2:3b"
    ollama = [{**OLLAMA, "models": ["llama2:latest"]}]
    args: Any = {**CONNECTED, "ollama": ollama, "endpoint": {"title_model": "llama2"}}
    (found,) = content(run(lambda: LibreChat("librechat", args) and None))["endpoints"]["custom"]
    assert found["titleModel"] == "llama2"


@pytest.mark.parametrize(
    ("args", "path"),
    [
        (lambda output: {"config": {"mcpServers": {"x": {"url": output}}}}, "config.mcpServers"),
        (lambda output: {"endpoint": {"add_params": {"stop": output}}}, "endpoint.addParams.stop"),
    ],
)
def test_an_output_in_librechat_yaml_is_refused_by_its_key(
    args: Callable[[pulumi.Output[str]], dict[str, Any]], path: str
) -> None:
    def program() -> None:
        own: Any = {**CONNECTED, **args(pulumi.Output.from_input("https://example.org"))}
        with pytest.raises(SettingsError) as error:
            LibreChat("librechat", own)
        assert [finding.path for finding in error.value.findings] == [path]

    run(program)
