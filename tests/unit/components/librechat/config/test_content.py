"""Content of librechat.yaml, from settings and servers."""

from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from components.librechat.config.content import DELIVERY, Server, librechat_config
from components.librechat.config.lint import lint_yaml
from components.librechat.config.schema import CURRENT_MODEL, FILE_LIMIT_ENDPOINTS
from components.librechat.config.writer import to_yaml
from components.librechat.settings import LibreChatSettings
from components.ollama.names import pool_endpoint_name

URL = "http://ollama.ollama.svc.cluster.local:11434"
SERVER = Server(name="Ollama", base_url=URL, models=["llama2:latest"])

names = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}", fullmatch=True)
models = st.lists(st.from_regex(r"[a-z][a-z0-9.]{0,15}:[a-z0-9]{1,8}", fullmatch=True), min_size=1, unique=True)


@st.composite
def servers(draw: st.DrawFn, pool: str) -> Server:
    return Server(
        name=pool_endpoint_name(pool),
        base_url=f"http://ollama-{draw(st.from_regex(r'[a-z]{1,10}', fullmatch=True))}:11434",
        models=draw(models),
        model_display_label=draw(st.none() | st.sampled_from(["Ollama", "Chat: 1", "#1", "", "null"])),
    )


@st.composite
def contents(draw: st.DrawFn) -> dict[str, object]:
    found = [draw(servers(pool)) for pool in draw(st.lists(names | st.just(""), min_size=1, max_size=3, unique=True))]
    listed = [model for server in found for model in server.models]
    endpoint = {
        "fetch": draw(st.booleans()),
        "titleConvo": draw(st.booleans()),
        "titleModel": draw(st.sampled_from([CURRENT_MODEL, *listed])),
        "titleTiming": draw(st.sampled_from(["immediate", "final"])),
        "addParams": draw(st.dictionaries(st.sampled_from(["temperature", "top_p", "maxTokens"]), st.integers())),
    }
    interface = st.dictionaries(st.sampled_from(["agents", "prompts", "webSearch"]), st.booleans())
    config = st.fixed_dictionaries({}, optional={"memory": st.just({"disabled": True}), "interface": interface})
    values = {
        "endpoint": endpoint,
        "uploadLimitMb": draw(st.integers(1, 4096)),
        "registration": {"allowedDomains": draw(st.lists(names))},
        "config": draw(config),
    }
    return librechat_config(LibreChatSettings.model_validate(values), found)


def content(*servers: Server, **values: Any) -> Any:
    return librechat_config(LibreChatSettings.model_validate(values), servers or [SERVER])


def test_the_defaults_are_those_of_the_baseline() -> None:
    limits = {"fileSizeLimit": 25}
    assert content() == {
        "version": "1.3.17",
        "cache": True,
        "fileConfig": {
            "serverFileSizeLimit": 25,
            "defaultLLMDeliveryPath": DELIVERY,
            "endpoints": dict.fromkeys(FILE_LIMIT_ENDPOINTS, limits),
        },
        "endpoints": {
            "custom": [
                {
                    "name": "Ollama",
                    "apiKey": "ollama",
                    "baseURL": f"{URL}/v1",
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


def test_every_server_is_an_endpoint_in_the_given_order() -> None:
    amd = Server(name="Ollama (amd)", base_url="http://amd:1", models=["b", "c"], model_display_label="AMD")
    custom = content(SERVER, amd, endpoint={"modelDisplayLabel": "Chat"})["endpoints"]["custom"]
    assert [endpoint["name"] for endpoint in custom] == ["Ollama", "Ollama (amd)"]
    assert [endpoint["baseURL"] for endpoint in custom] == [f"{URL}/v1", "http://amd:1/v1"]
    assert [endpoint["models"]["default"] for endpoint in custom] == [["llama2:latest"], ["b", "c"]]
    assert [endpoint["modelDisplayLabel"] for endpoint in custom] == ["Chat", "AMD"]


def test_every_setting_of_the_endpoint_reaches_the_file() -> None:
    endpoint = {"fetch": False, "titleConvo": False, "titleModel": "llama2:latest", "titleTiming": "immediate"}
    (found,) = content(endpoint={**endpoint, "modelDisplayLabel": "X", "addParams": {}})["endpoints"]["custom"]
    assert found == {
        "name": "Ollama",
        "apiKey": "ollama",
        "baseURL": f"{URL}/v1",
        "models": {"default": ["llama2:latest"], "fetch": False},
        "titleConvo": False,
        "titleModel": "llama2:latest",
        "titleTiming": "immediate",
        "modelDisplayLabel": "X",
    }


@pytest.mark.parametrize(("name", "written"), [("llama2", "llama2"), ("phi3:mini", CURRENT_MODEL)])
def test_a_server_without_the_title_model_takes_that_of_the_chat(name: str, written: str) -> None:
    (found,) = content(endpoint={"titleModel": name})["endpoints"]["custom"]
    assert found["titleModel"] == written


def test_sections_appear_only_if_asked_for() -> None:
    assert {"fileStrategy", "registration"} & set(content()) == set()
    s3 = {"strategy": "s3", "s3": {"bucket": "files", "region": "eu", "existingSecret": "bucket"}}
    found = content(files=s3, registration={"allowedDomains": ["example.org"]})
    assert list(found) == ["version", "cache", "fileStrategy", "registration", "fileConfig", "endpoints"]
    assert (found["fileStrategy"], found["registration"]) == ("s3", {"allowedDomains": ["example.org"]})


@pytest.mark.parametrize(
    ("limit", "limits"),
    [
        (25, {"fileSizeLimit": 25}),
        (512, {"fileSizeLimit": 512}),
        (513, {"fileSizeLimit": 513, "totalSizeLimit": 513}),
    ],
)
def test_one_upload_limit_for_the_server_and_every_endpoint(limit: int, limits: dict[str, int]) -> None:
    assert content(uploadLimitMb=limit)["fileConfig"] == {
        "serverFileSizeLimit": limit,
        "defaultLLMDeliveryPath": DELIVERY,
        "endpoints": dict.fromkeys(FILE_LIMIT_ENDPOINTS, limits),
    }


def test_config_is_merged_last() -> None:
    config = {
        "cache": False,
        "fileConfig": {"avatarSizeLimit": 1, "endpoints": {"default": {"fileLimit": 2}, "agents": None}},
        "mcpServers": {"a": {"command": "x"}},
    }
    before = deepcopy(config)
    found = content(config=config, uploadLimitMb=9)
    assert found["cache"] is False
    assert found["mcpServers"] == {"a": {"command": "x"}}
    assert found["fileConfig"]["serverFileSizeLimit"] == 9
    assert found["fileConfig"]["avatarSizeLimit"] == 1
    assert found["fileConfig"]["endpoints"]["default"] == {"fileSizeLimit": 9, "fileLimit": 2}
    assert "agents" not in found["fileConfig"]["endpoints"]
    assert config == before


def test_config_replaces_lists_as_a_whole() -> None:
    endpoints = {"custom": [{"name": "Only"}], "agents": {"recursionLimit": 5}}
    assert content(config={"endpoints": endpoints})["endpoints"] == endpoints


def test_the_content_shares_nothing_with_the_settings() -> None:
    known = LibreChatSettings.model_validate({"config": {"filteredTools": ["a"]}})
    before = known.model_dump()
    found: Any = librechat_config(known, [SERVER])
    found["filteredTools"].append("b")
    found["endpoints"]["custom"][0]["addParams"]["temperature"] = 2
    found["endpoints"]["custom"][0]["models"]["default"].append("b")
    found["fileConfig"]["endpoints"]["default"]["fileSizeLimit"] = 1
    assert known.model_dump() == before
    assert SERVER.models == ["llama2:latest"]
    assert found["fileConfig"]["endpoints"]["agents"] == {"fileSizeLimit": 25}


@settings(max_examples=40)  # PyYAML is slow, and the file grows with the number of pools
@given(contents())
def test_any_valid_content_loads_back_and_passes_the_lint(found: dict[str, object]) -> None:
    text = to_yaml(found)
    assert yaml.safe_load(text) == found
    assert lint_yaml(text) == []
