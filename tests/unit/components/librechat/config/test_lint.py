"""Lint of librechat.yaml."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.librechat.config.lint import lint, lint_yaml
from components.librechat.config.schema import KNOWN_KEYS
from components.librechat.config.writer import to_yaml
from tests.unit.components.librechat.config.documents import GOOD, HERE, endpoint, top


def test_what_we_render_is_fine() -> None:
    assert lint(GOOD) == []
    assert lint_yaml(to_yaml(GOOD)) == []


CASES: dict[str, tuple[object, str, str, str]] = {
    # name: content, key path, value shown, part of the rule
    "typo": (
        endpoint(modelDisplayLable="x"),
        f"{HERE}.modelDisplayLable",
        "",
        "did you mean `modelDisplayLabel`?",
    ),
    "case": (endpoint(baseUrl="x"), f"{HERE}.baseUrl", "", "did you mean `baseURL`?"),
    "nothing near": (endpoint(zzz=1), f"{HERE}.zzz", "", "valid here: `activityCharLimit`, "),
    "gone key": (endpoint(forcePrompt=False), f"{HERE}.forcePrompt", "", "unknown key"),
    "models key": (
        endpoint(models={"default": ["a"], "fetsh": True}, titleModel="a"),
        f"{HERE}.models.fetsh",
        "",
        "did you mean `fetch`?",
    ),
    "top level": (top(endpoint={}), "endpoint", "", "did you mean `endpoints`"),
    "top level, not text": (top() | {7: 1}, "7", "", "unknown key"),
    "registration": (
        top(registration={"allowedDomain": []}),
        "registration.allowedDomain",
        "",
        "`allowedDomains`",
    ),
    "file limits": (
        top(fileConfig={"endpoints": {"my.own": {"fileSizeLimt": 1}}}),
        'fileConfig.endpoints["my.own"].fileSizeLimt',
        "",
        "`fileSizeLimit`",
    ),
    "no apiKey": (endpoint(remove="apiKey"), f"{HERE}.apiKey", "", "missing or empty"),
    "empty apiKey": (endpoint(apiKey=" "), f"{HERE}.apiKey", "", "missing or empty"),
    "apiKey a number": (endpoint(apiKey=5), f"{HERE}.apiKey", "", "missing or empty"),
    "apiKey in clear text": (endpoint(apiKey="hunter2"), f"{HERE}.apiKey", "[secret]", "write `${NAME}`"),
    "apiKey shell style": (endpoint(apiKey="$KEY"), f"{HERE}.apiKey", "[secret]", "write `${NAME}`"),
    "no baseURL": (endpoint(remove="baseURL"), f"{HERE}.baseURL", "", "missing or empty"),
    "baseURL no URL": (
        endpoint(baseURL="ollama:11434/v1"),
        f"{HERE}.baseURL",
        '"ollama:11434/v1"',
        "http://",
    ),
    "baseURL bad port": (endpoint(baseURL="http://[x/v1"), f"{HERE}.baseURL", '"http://[x/v1"', "http://"),
    "baseURL without v1": (
        endpoint(baseURL="http://o:11434"),
        f"{HERE}.baseURL",
        '"http://o:11434"',
        "end in `/v1`",
    ),
    "baseURL with api": (
        endpoint(baseURL="http://o/api"),
        f"{HERE}.baseURL",
        '"http://o/api"',
        "end in `/v1`",
    ),
    "baseURL with query": (
        endpoint(baseURL="http://o/v1?a=1"),
        f"{HERE}.baseURL",
        '"http://o/v1?a=1"',
        "`/v1`",
    ),
    "parameter that is dropped": (
        endpoint(addParams={"temperature": 0.7, "max_tokens": 2000}),
        f"{HERE}.addParams.max_tokens",
        "",
        "write `maxTokens`",
    ),
    "parameter of a call": (endpoint(addParams={"tools": []}), f"{HERE}.addParams.tools", "", "remove it"),
    "seed": (endpoint(addParams={"seed": 1}), f"{HERE}.addParams.seed", "", "Modelfile of `ollama.customModels`"),
    "option of Ollama": (endpoint(addParams={"num_ctx": 1}), f"{HERE}.addParams.num_ctx", "", "contextLength"),
    "no models": (endpoint(remove="models"), f"{HERE}.models.default", "", "at least one model"),
    "empty models": (endpoint(models={"default": []}), f"{HERE}.models.default", "", "at least one model"),
    "models a text": (endpoint(models={"default": "a"}), f"{HERE}.models.default", "", "at least one model"),
    "model twice": (
        endpoint(models={"default": ["a", "b", "a"]}),
        f"{HERE}.models.default[2]",
        '"a"',
        "listed twice",
    ),
    "model no text": (endpoint(models={"default": [1.5]}), f"{HERE}.models.default[0]", "1.5", "as text"),
    "title model": (endpoint(titleModel="phi3"), f"{HERE}.titleModel", '"phi3"', "`current_model` or one of"),
    "name missing": (endpoint(remove="name"), f"{HERE}.name", "", "needs a name"),
    "name for fetch": (endpoint(name="local"), f"{HERE}.name", '"local"', "has to begin with `Ollama`"),
    "version missing": ({}, "version", "", "is missing"),
    "version a number": (top(version=1.3), "version", "1.3", "quotes"),
    "version empty": (top(version=""), "version", '""', "is empty"),
    "no endpoints": (top(endpoints={}), "endpoints", "", "at least one endpoint"),
    "endpoints null": (top(endpoints=None), "endpoints", "", "at least one endpoint"),
    "custom a mapping": (top(endpoints={"custom": {}}), "endpoints.custom", "", "a list"),
    "endpoint a text": (top(endpoints={"custom": ["x"]}), HERE, '"x"', "a mapping"),
    "not a mapping": ("x", "librechat.yaml", '"x"', "a mapping"),
    "nothing": (None, "librechat.yaml", "", "a mapping"),
    "header": (
        endpoint(headers={"X-API-Key": "hunter2"}),
        f"{HERE}.headers.X-API-Key",
        "[secret]",
        "clear text",
    ),
    "bearer": (
        endpoint(headers={"Authorization": "Bearer hunter2"}),
        f"{HERE}.headers.Authorization",
        "[secret]",
        "clear text",
    ),
    "MCP environment": (
        top(mcpServers={"git": {"env": {"GITHUB_TOKEN": "hunter2"}}}),
        "mcpServers.git.env.GITHUB_TOKEN",
        "[secret]",
        "clear text",
    ),
    "MCP key": (
        top(mcpServers={"git": {"apiKey": {"source": "admin", "key": "hunter2"}}}),
        "mcpServers.git.apiKey.key",
        "[secret]",
        "clear text",
    ),
    "placeholder elsewhere": (top(ocr={"apiKey": "ollama"}), "ocr.apiKey", "[secret]", "clear text"),
    "typo with a secret": (top(ocr={"ApiKey": "hunter2"}), "ocr.ApiKey", "[secret]", "clear text"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_finding_says_where_what_and_why(case: str) -> None:
    content, path, value, rule = CASES[case]
    before = deepcopy(content)
    assert [(found.path, found.value) for found in lint(content)] == [(path, value)]
    assert rule in lint(content)[0].rule
    assert "hunter2" not in str(lint(content))
    assert content == before


def test_all_findings_come_together() -> None:
    content = endpoint(apiKey="", titelModel="x", baseURL="x") | {"version": 1, "nope": 1}
    assert {finding.path for finding in lint(content)} == {
        "version",
        "nope",
        f"{HERE}.titelModel",
        f"{HERE}.apiKey",
        f"{HERE}.baseURL",
    }


@pytest.mark.parametrize(
    "content",
    [
        endpoint(apiKey="${OLLAMA_KEY}"),
        endpoint(apiKey="user_provided", baseURL="user_provided"),
        endpoint(baseURL="${OLLAMA_URL}"),
        endpoint(baseURL="https://ollama.example.org/some/path/v1"),
        endpoint(titleModel="qwen3:8b"),
        endpoint(models={"default": ["llama2:latest"]}, titleModel="llama2"),
        endpoint(titleModel="gpt-x", titleEndpoint="openAI"),
        endpoint(remove="titleModel"),
        endpoint(name="local", models={"default": ["a"], "fetch": False}),
        endpoint(name="vLLM", apiKey="${KEY}", baseURL="https://example.org/openai"),
        endpoint(models={"default": [{"name": "a", "description": "b"}]}, titleModel="a"),
        endpoint(headers={"Authorization": "Bearer ${TOKEN}", "X-User": "{{LIBRECHAT_USER_ID}}"}),
        endpoint(addParams={"stop_token": "</s>", "maxTokens": 5, "reasoning_effort": "none"}),
        endpoint(addParams={"max_tokens": 5}, provider="anthropic"),
        endpoint(addParams={"max_tokens": 5}, customParams={"defaultParamsEndpoint": "google"}),
        endpoint(name="vLLM", apiKey="${KEY}", baseURL="https://example.org/v1", addParams={"top_k": 5}),
        endpoint(customParams={"paramDefinitions": [{"key": "temperature"}]}),
        top(mcpServers={"x": {"headers": {"X-Token": "{{MY_TOKEN}}"}, "oauth": {"token_url": "https://x/token"}}}),
        top(mcpServers={"x": {"url": "https://user:${PASSWORD}@example.org"}}),
        top(memory={"tokenLimit": 5}, turnstile={"siteKey": "0x4AAAA"}, webSearch={"jinaApiKey": "${JINA}"}),
        top(endpoints={"agents": {"recursionLimit": 5}}),
    ],
)
def test_what_is_right_is_not_refused(content: dict[str, Any]) -> None:
    assert lint(content) == []


# --- the text ---


def test_a_version_without_quotes_is_refused_once() -> None:
    assert [finding.path for finding in lint_yaml("version: 1.1.5\n")] == ["version"]
    assert [finding.path for finding in lint_yaml("version: 1.1\n")] == ["version"]
    assert lint_yaml("version: '1.1'\n") == []
    assert lint_yaml('{"version": "1.1"}') == []


def test_a_key_that_occurs_twice_is_refused() -> None:
    findings = lint_yaml("version: '1'\nmemory:\n  disabled: true\n  charLimit: 5\n  disabled: false\n")
    assert [(finding.path, finding.value) for finding in findings] == [("memory.disabled", "")]
    assert "line 5" in findings[0].rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("version: '1'\napiKey: hunter2: x\n", "at line 2, column 16"),
        ("version: !!python/object:os.system hunter2\n", "at line 1"),
        ("a: hunter2\n---\nb: 1\n", "at line 2"),
        ("a: *hunter2\n", "at line 1"),
        ("hunter2: \x00\n", "is not valid YAML"),
        ("a: 2026-99-99 # hunter2\n", "is not valid YAML"),
        ("[" * 1000, "is not valid YAML"),
        ("? [a]\n: hunter2\n", "at line 1"),
    ],
)
def test_text_that_does_not_parse_is_one_finding_without_the_text(text: str, rule: str) -> None:
    findings = lint_yaml(text)
    assert [finding.path for finding in findings] == ["librechat.yaml"]
    assert rule in findings[0].rule
    assert "hunter2" not in str(findings)


def test_empty_text_is_no_mapping() -> None:
    assert [finding.path for finding in lint_yaml("")] == ["librechat.yaml"]


def test_content_that_holds_itself_ends() -> None:
    content = top()
    content["mcpServers"] = content
    content["filteredTools"] = [content, content]
    assert lint(content) == []
    text = "version: '1'\nmcpServers: &a {x: *a, y: *a}\n"
    assert lint_yaml(text) == []


# --- properties ---

keys = st.sampled_from(sorted({key for names in KNOWN_KEYS.values() for key in names})) | st.text(max_size=8)
shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | st.integers(), inner, max_size=4),
    max_leaves=15,
)
custom_endpoints = st.dictionaries(
    st.sampled_from(["name", "apiKey", "baseURL", "models", "titleModel", "headers"]), shapes
)


@given(shapes)
def test_no_shape_raises(content: object) -> None:
    assert lint(content)  # none of these has a version, an endpoint and nothing else


@given(shapes, shapes, st.lists(custom_endpoints | shapes, min_size=1, max_size=3))
def test_no_shape_of_a_section_raises(section: object, models: object, custom: list[object]) -> None:
    for name in ("registration", "interface", "fileConfig", "endpoints", "modelSpecs"):
        lint(top(**{name: section}))
    lint(endpoint(models=models))
    lint(endpoint(models={"default": models}))
    lint(top(endpoints={"custom": custom}))


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert lint_yaml(text)


@given(st.sampled_from(sorted(KNOWN_KEYS["endpoints.custom[]"])), st.data())
def test_a_slip_in_a_key_suggests_the_key(key: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(key) - 1))
    slip = key[:position] + key[position + 1 :]
    if slip in KNOWN_KEYS["endpoints.custom[]"] or len(slip) < 4:
        return
    findings = [
        found for found in lint(endpoint() | {"endpoints": {"custom": [{slip: 1}]}}) if found.path == f"{HERE}.{slip}"
    ]
    assert len(findings) == 1
    assert f"`{key}`" in findings[0].rule
