"""What reaches Ollama and the log: through LibreChat's own client, file routing and logger, not through our reading."""

from typing import Any

import pytest

from components.librechat.config.content import Server, librechat_config
from components.librechat.config.parameters import CALL_OPTIONS, OVERWRITTEN, unsent
from components.librechat.config.writer import to_yaml
from components.librechat.environment import environment
from components.librechat.settings import LibreChatSettings
from tests.schema.upstream import chat, describe, log

SERVER = Server(name="Ollama", base_url="http://ollama.ollama.svc.cluster.local:11434", models=["llama3.2:3b"])
LEVELS = ("error", "warn", "info", "debug")
VALUES: dict[str, Any] = {
    "function_call": "auto",
    "functions": [{"name": "f", "parameters": {}}],
    "include": ["a"],
    "prediction": {"type": "content", "content": "a"},
    "response_format": {"type": "json_object"},
    "stream_options": {"include_usage": False},
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
    "truncation": "auto",
    "verbosity": "low",
}
SENT: dict[str, tuple[Any, str]] = {
    "frequencyPenalty": (0.1, "frequency_penalty"),
    "maxCompletionTokens": (5, "max_tokens"),
    "maxTokens": (5, "max_tokens"),
    "presencePenalty": (0.1, "presence_penalty"),
    "reasoning_effort": ("low", "reasoning_effort"),
    "stop": (["a"], "stop"),
    "temperature": (0.1, "temperature"),
    "top_p": (0.1, "top_p"),
    "topP": (0.1, "top_p"),
}


def rendered(**config: Any) -> dict[str, Any]:
    return librechat_config(LibreChatSettings(config=config), [SERVER])


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    """The body of a chat to which nothing was added."""
    return chat([{}])[0]["body"]


def test_the_defaults_reach_ollama() -> None:
    (request,) = chat([{"addParams": rendered()["endpoints"]["custom"][0]["addParams"]}])
    assert request["path"] == "/v1/chat/completions"
    assert request["body"]["max_tokens"] == 2000
    assert request["body"]["temperature"] == 0.7


def test_what_the_lint_refuses_is_not_sent(plain: dict[str, Any]) -> None:
    """Fails as well when a release of LibreChat begins to send one of them: then it need not be refused."""
    names = sorted(CALL_OPTIONS | set(OVERWRITTEN))
    bodies = [request["body"] for request in chat({"addParams": {name: VALUES.get(name, "1")}} for name in names)]
    assert {name: body for name, body in zip(names, bodies, strict=True) if body != plain} == {}


def test_what_it_says_to_write_instead_is_sent() -> None:
    instead = sorted(filter(None, OVERWRITTEN.values()))
    assert set(instead) <= set(SENT)


def test_what_it_lets_through_is_sent() -> None:
    requests = chat({"addParams": {name: value}} for name, (value, _) in SENT.items())
    for (name, (value, field)), request in zip(SENT.items(), requests, strict=True):
        assert unsent(name) is None
        assert request["body"][field] == value, name


FILES = {
    "application/pdf": "text",
    "text/plain": "text",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "text",
    "image/png": "provider",
}


@pytest.mark.parametrize("endpoint", ["Ollama", "Ollama (amd)", "agents"])
def test_no_file_reaches_ollama_but_an_image(endpoint: str) -> None:
    """Ollama answers 400 `invalid message format` to a message with a file in it."""
    delivery = describe(documents=[to_yaml(rendered())], files=FILES, endpoints=[endpoint])["delivery"]
    assert delivery == [{endpoint: FILES}]


def test_a_limit_for_one_endpoint_leaves_it_the_delivery_of_files() -> None:
    document = to_yaml(rendered(fileConfig={"endpoints": {"Ollama": {"fileLimit": 3}}}))
    assert describe(documents=[document], files=FILES, endpoints=["Ollama"])["delivery"] == [{"Ollama": FILES}]


def test_librechats_own_delivery_would_send_a_pdf() -> None:
    """Why it is set at all: fails when LibreChat needs no more."""
    document = to_yaml(rendered(fileConfig=None))
    delivery = describe(documents=[document], files=["application/pdf"], endpoints=["Ollama"])["delivery"]
    assert delivery == [{"Ollama": {"application/pdf": "provider"}}]


@pytest.mark.parametrize("level", LEVELS)
def test_the_log_has_the_level_of_the_settings_and_above(level: str) -> None:
    settings = LibreChatSettings.model_validate({"logs": {"level": level}})
    output = log(environment(settings, search=False, redis=False))
    assert [name for name in LEVELS if f"this is {name}" in output] == list(LEVELS[: LEVELS.index(level) + 1])


def test_the_log_as_text() -> None:
    settings = LibreChatSettings.model_validate({"logs": {"level": "info", "format": "text"}})
    lines = log(environment(settings, search=False, redis=False)).splitlines()
    assert len(lines) == 3
    assert not any(line.startswith("{") for line in lines)
