"""Rendering of librechat.yaml."""

from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from components.librechat.config.lint import lint_yaml
from components.librechat.config.render import (
    ADD_PARAMS,
    DELIVERY,
    LibreChatConfig,
    OllamaEndpoint,
    render,
    to_yaml,
)
from components.librechat.config.schema import CURRENT_MODEL, FILE_LIMIT_ENDPOINTS
from components.ollama.names import pool_endpoint_name

URL = "http://ollama.ollama.svc.cluster.local:11434/v1"
ENDPOINT = OllamaEndpoint(base_url=URL, models=["llama2:latest"])

# Everything that YAML can carry: no surrogates (not text), no NaN (not equal to itself).
texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
mappings = st.dictionaries(texts, values, max_size=5)
names = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}", fullmatch=True)
models = st.lists(st.from_regex(r"[a-z][a-z0-9.]{0,15}:[a-z0-9]{1,8}", fullmatch=True), min_size=1, unique=True)


@st.composite
def endpoints(draw: st.DrawFn, pool: str) -> OllamaEndpoint:
    listed = draw(models)
    return OllamaEndpoint(
        base_url=f"http://ollama-{draw(st.from_regex(r'[a-z]{1,10}', fullmatch=True))}:11434/v1",
        models=listed,
        name=pool_endpoint_name(pool),
        fetch=draw(st.booleans()),
        title_convo=draw(st.booleans()),
        title_model=draw(st.sampled_from([CURRENT_MODEL, *listed])),
        model_display_label=draw(st.none() | st.sampled_from(["Ollama", "Chat: 1", "#1", "", "null"])),
        add_params=draw(st.dictionaries(st.sampled_from(["temperature", "top_p", "maxTokens"]), st.integers())),
        extra=draw(st.fixed_dictionaries({}, optional={"iconURL": names, "dropParams": st.lists(names)})),
    )


@st.composite
def configs(draw: st.DrawFn) -> LibreChatConfig:
    pools = draw(st.lists(names | st.just(""), max_size=3, unique=True))
    return LibreChatConfig(
        endpoints=[draw(endpoints(pool)) for pool in pools],
        upload_limit_mb=draw(st.none() | st.integers(1, 4096)),
        cache=draw(st.booleans()),
        allowed_domains=draw(st.lists(names)),
        social_logins=draw(st.none() | st.lists(names)),
        interface=draw(st.dictionaries(st.sampled_from(["agents", "prompts", "webSearch"]), st.booleans())),
        extra=draw(st.fixed_dictionaries({}, optional={"memory": st.just({"disabled": True})})),
    )


def test_the_defaults_are_those_of_the_baseline() -> None:
    assert render(LibreChatConfig(endpoints=[ENDPOINT])) == {
        "version": "1.3.17",
        "cache": True,
        "fileConfig": {"defaultLLMDeliveryPath": DELIVERY},
        "endpoints": {
            "custom": [
                {
                    "name": "Ollama",
                    "apiKey": "ollama",
                    "baseURL": URL,
                    "models": {"default": ["llama2:latest"], "fetch": True},
                    "titleConvo": True,
                    "titleModel": "current_model",
                    "titleTiming": "final",
                    "modelDisplayLabel": "Ollama",
                    "addParams": {"temperature": 0.7, "maxTokens": 2000},
                }
            ]
        },
    }


def test_the_text_is_what_a_person_would_write() -> None:
    assert to_yaml(render(LibreChatConfig(endpoints=[ENDPOINT]))) == (
        'version: "1.3.17"\n'
        "cache: true\n"
        "fileConfig:\n"
        "  defaultLLMDeliveryPath:\n"
        "    overrides:\n"
        '      "application/pdf": text\n'
        "endpoints:\n"
        "  custom:\n"
        "  - name: Ollama\n"
        "    apiKey: ollama\n"
        f'    baseURL: "{URL}"\n'
        "    models:\n"
        "      default:\n"
        '      - "llama2:latest"\n'
        "      fetch: true\n"
        "    titleConvo: true\n"
        "    titleModel: current_model\n"
        "    titleTiming: final\n"
        "    modelDisplayLabel: Ollama\n"
        "    addParams:\n"
        "      temperature: 0.7\n"
        "      maxTokens: 2000\n"
    )


def test_every_pool_is_an_endpoint_in_the_given_order() -> None:
    pools = [
        OllamaEndpoint(base_url=URL, models=["a"]),
        OllamaEndpoint(base_url=URL, models=["b"], name=pool_endpoint_name("amd"), model_display_label="AMD"),
    ]
    other = {"name": "Other", "apiKey": "${KEY}"}
    content: Any = render(LibreChatConfig(endpoints=pools, custom_endpoints=[other]))
    custom = content["endpoints"]["custom"]
    assert [endpoint["name"] for endpoint in custom] == ["Ollama", "Ollama (amd)", "Other"]
    assert [endpoint.get("modelDisplayLabel") for endpoint in custom] == ["Ollama", "AMD", None]
    assert custom[2] == other


def test_every_setting_of_an_endpoint_reaches_the_file() -> None:
    endpoint = OllamaEndpoint(
        base_url="http://other:1/v1",
        models=("a", "b"),
        name="Ollama x",
        fetch=False,
        title_convo=False,
        title_model="b",
        title_timing="immediate",
        model_display_label="X",
        api_key="${KEY}",
        add_params={},
        extra={"models": {"userIdQuery": True}, "titleConvo": None, "iconURL": "x.png"},
    )
    content: Any = render(LibreChatConfig(endpoints=[endpoint]))
    assert content["endpoints"]["custom"] == [
        {
            "name": "Ollama x",
            "apiKey": "${KEY}",
            "baseURL": "http://other:1/v1",
            "models": {"default": ["a", "b"], "fetch": False, "userIdQuery": True},
            "titleModel": "b",
            "titleTiming": "immediate",
            "modelDisplayLabel": "X",
            "iconURL": "x.png",
        }
    ]


def test_sections_appear_only_if_asked_for() -> None:
    content = render(
        LibreChatConfig(
            endpoints=[],
            version="1.3.0",
            cache=False,
            allowed_domains=["example.org"],
            social_logins=[],
            interface={"agents": False},
            extra={"fileConfig": None},
        )
    )
    assert content == {
        "version": "1.3.0",
        "cache": False,
        "interface": {"agents": False},
        "registration": {"socialLogins": [], "allowedDomains": ["example.org"]},
    }


@pytest.mark.parametrize(
    ("limit", "limits"),
    [
        (25, {"fileSizeLimit": 25}),
        (512, {"fileSizeLimit": 512}),
        (513, {"fileSizeLimit": 513, "totalSizeLimit": 513}),
    ],
)
def test_one_upload_limit_for_the_server_and_every_endpoint(limit: int, limits: dict[str, int]) -> None:
    assert render(LibreChatConfig(endpoints=[], upload_limit_mb=limit))["fileConfig"] == {
        "serverFileSizeLimit": limit,
        "defaultLLMDeliveryPath": DELIVERY,
        "endpoints": dict.fromkeys(FILE_LIMIT_ENDPOINTS, limits),
    }


def test_extra_is_merged_last() -> None:
    extra = {
        "cache": False,
        "fileConfig": {"avatarSizeLimit": 1, "endpoints": {"default": {"fileLimit": 2}, "agents": None}},
        "mcpServers": {"a": {"command": "x"}},
    }
    before = deepcopy(extra)
    content: Any = render(LibreChatConfig(endpoints=[ENDPOINT], upload_limit_mb=9, extra=extra))
    assert content["cache"] is False
    assert content["mcpServers"] == {"a": {"command": "x"}}
    assert content["fileConfig"]["serverFileSizeLimit"] == 9
    assert content["fileConfig"]["avatarSizeLimit"] == 1
    assert content["fileConfig"]["endpoints"]["default"] == {"fileSizeLimit": 9, "fileLimit": 2}
    assert "agents" not in content["fileConfig"]["endpoints"]
    assert extra == before


def test_extra_replaces_lists_as_a_whole() -> None:
    extra = {"endpoints": {"custom": [{"name": "Only"}], "agents": {"recursionLimit": 5}}}
    content = render(LibreChatConfig(endpoints=[ENDPOINT], extra=extra))
    assert content["endpoints"] == {"custom": [{"name": "Only"}], "agents": {"recursionLimit": 5}}


def test_rendering_shares_nothing_with_its_input() -> None:
    extra: dict[str, Any] = {"filteredTools": ["a"]}
    config = LibreChatConfig(endpoints=[ENDPOINT], extra=extra)
    content: Any = render(config)
    content["filteredTools"].append("b")
    content["endpoints"]["custom"][0]["addParams"]["temperature"] = 2
    content["endpoints"]["custom"][0]["models"]["default"].append("b")
    again: Any = render(config)
    assert again["filteredTools"] == ["a"]
    assert again["endpoints"]["custom"][0]["addParams"] == ADD_PARAMS
    assert again["endpoints"]["custom"][0]["models"]["default"] == ["llama2:latest"]


def test_what_may_hold_a_secret_is_not_in_the_repr() -> None:
    secret = "sk-1234567890abcdefghij"
    endpoint = OllamaEndpoint(base_url=URL, models=["a"], api_key=secret, extra={"headers": {"x": secret}})
    config = LibreChatConfig(endpoints=[endpoint], custom_endpoints=[{"apiKey": secret}], extra={"k": secret})
    assert secret not in repr(config)


def test_a_value_that_is_not_plain_is_refused() -> None:
    with pytest.raises(yaml.representer.RepresenterError):
        to_yaml({"x": object()})


def test_a_value_that_occurs_twice_is_written_twice() -> None:
    shared = {"a": [1]}
    assert to_yaml({"x": shared, "y": shared}) == "x:\n  a:\n  - 1\ny:\n  a:\n  - 1\n"


@settings(max_examples=60)
@given(mappings)
def test_text_loads_back_to_the_same(content: dict[str, Any]) -> None:
    text = to_yaml(content)
    assert yaml.safe_load(text) == content
    assert list(yaml.safe_load(text)) == list(content)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@settings(max_examples=40)  # PyYAML is slow, and the file grows with the number of pools
@given(configs())
def test_any_valid_configuration_loads_back_and_passes_the_lint(config: LibreChatConfig) -> None:
    content = render(config)
    text = to_yaml(content)
    assert yaml.safe_load(text) == content
    assert lint_yaml(text) == []
    assert to_yaml(render(config)) == text
