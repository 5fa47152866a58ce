"""librechat.yaml against LibreChat's own schema: what we render passes, what our lint is for gets through."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.librechat.config.content import Server, librechat_config
from components.librechat.config.lint import lint, lint_yaml
from components.librechat.config.schema import KNOWN_KEYS, TOTAL_SIZE_LIMIT_MB
from components.librechat.config.writer import to_yaml
from components.librechat.settings import LibreChatSettings
from components.ollama.names import pool_endpoint_name
from tests.schema.generate import SCHEMA, SECTIONS, render
from tests.schema.upstream import (
    CLIENT,
    HERE,
    Issue,
    describe,
    find_node,
    install,
    machine_node,
    packages,
    validate_librechat_yaml,
    validate_many,
    wheel_node,
)

URL = "http://ollama.ollama.svc.cluster.local:11434"
SERVER = Server(name="Ollama", base_url=URL, models=["llama2:latest"])
POOLS = [
    Server(
        name=pool_endpoint_name(pool),
        base_url=f"http://ollama-{pool}.ollama.svc.cluster.local:11434",
        models=["llama3.2:3b", "qwen3:8b"],
        model_display_label=pool_endpoint_name(pool),
    )
    for pool in ("nvidia", "amd", "cpu")
]
CONFIG = {
    "mcpServers": {
        "files": {"type": "streamable-http", "url": "https://mcp.example.org/mcp"},
        "git": {
            "type": "stdio",
            "command": "npx",
            "args": ["-y", "server-git"],
            "env": {"GITHUB_TOKEN": "${GITHUB_TOKEN}"},
        },
    },
    "modelSpecs": {
        "enforce": False,
        "prioritize": True,
        "list": [
            {
                "name": "writer",
                "label": "Writer",
                "preset": {"endpoint": "Ollama", "model": "llama2:latest", "promptPrefix": "Write well."},
            }
        ],
    },
    "rateLimits": {"fileUploads": {"userMax": 50, "userWindowInMinutes": 60}},
    "memory": {"disabled": True},
    "ocr": {"strategy": "mistral_ocr", "apiKey": "${OCR_API_KEY}"},
    "webSearch": {"serperApiKey": "${SERPER_API_KEY}"},
    "endpoints": {"agents": {"recursionLimit": 50, "capabilities": ["tools", "artifacts"]}},
    "fileConfig": {"endpoints": {"Ollama": {"fileLimit": 3}}},
}
OPENROUTER = {
    "name": "OpenRouter",
    "apiKey": "${OPENROUTER_KEY}",
    "baseURL": "https://openrouter.ai/api/v1",
    "models": {"default": ["some/model"], "fetch": True},
    "headers": {"Authorization": "Bearer ${OPENROUTER_KEY}"},
}


def rendered(*servers: Server, **values: Any) -> dict[str, Any]:
    return librechat_config(LibreChatSettings.model_validate(values), servers or [SERVER])


VALID = {
    "one server": rendered(),
    "several servers": rendered(*POOLS, endpoint={"titleModel": "qwen3:8b"}, uploadLimitMb=1024),
    "accounts and interface": rendered(
        registration={"allowedDomains": ["example.org"]},
        config={
            "cache": False,
            "registration": {"socialLogins": ["github", "openid"]},
            "interface": {"webSearch": False, "customWelcome": "Welcome: {{user.name}} # 1"},
        },
    ),
    "bucket": rendered(files={"strategy": "s3"}),
    "other endpoint": rendered(config={"endpoints": {"custom": [OPENROUTER]}}),
    "config": rendered(config=CONFIG),
}


Issues = dict[str, list[Issue]]


def check_all(documents: Mapping[str, object]) -> Issues:
    """Check all documents of a table with one start of Node."""
    return dict(zip(documents, validate_many(map(json.dumps, documents.values())), strict=True))


@pytest.fixture(scope="module")
def valid_issues() -> Issues:
    return dict(zip(VALID, validate_many(map(to_yaml, VALID.values())), strict=True))


@pytest.fixture(scope="module")
def refused_issues() -> Issues:
    return check_all({case: document for case, (document, _, _) in REFUSED.items()})


@pytest.fixture(scope="module")
def let_through_issues() -> Issues:
    return check_all({case: document for case, (document, _) in LET_THROUGH.items()})


@pytest.mark.parametrize("case", VALID)
def test_what_is_rendered_is_accepted(case: str, valid_issues: Issues) -> None:
    assert valid_issues[case] == []
    assert lint_yaml(to_yaml(VALID[case])) == []


def test_json_is_yaml() -> None:
    content = VALID["one server"]
    assert validate_librechat_yaml(json.dumps(content)) == []
    assert [issue.path for issue in validate_librechat_yaml(json.dumps({**content, "cache": "yes"}))] == ["cache"]


def content(**endpoint: Any) -> dict[str, Any]:
    """The rendered default with keys of the endpoint replaced, or removed where the value is None."""
    base = rendered()
    merged = {**base["endpoints"]["custom"][0], **endpoint}
    base["endpoints"]["custom"] = [{key: value for key, value in merged.items() if value is not None}]
    return base


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in content().items() if name != key}


REFUSED: dict[str, tuple[Any, str, str]] = {
    "unknown top-level key": ({**content(), "endpoint": {}}, "", "unrecognized_keys"),
    "unknown key under endpoints": (
        {**content(), "endpoints": {"all": {}, "costum": []}},
        "endpoints",
        "unrecognized_keys",
    ),
    "reserved name": (content(name="openAI"), "endpoints.custom.0.name", "custom"),
    "version missing": (without("version"), "version", "invalid_type"),
    "version without quotes": ({**content(), "version": 1.1}, "version", "invalid_type"),
    "no endpoints": ({**content(), "endpoints": {}}, "endpoints", "custom"),
    "empty models": (content(models={"default": []}), "endpoints.custom.0.models.default", "too_small"),
    "unknown customParams key": (
        content(customParams={"defaultParamEndpoint": "openAI"}),
        "endpoints.custom.0.customParams",
        "unrecognized_keys",
    ),
    "unknown parameter set": (
        content(customParams={"defaultParamsEndpoint": "nowhere"}),
        "endpoints.custom.0.customParams.defaultParamsEndpoint",
        "custom_params",
    ),
    "not a mapping": ([1], "", "invalid_type"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_schema_refuses(case: str, refused_issues: Issues) -> None:
    _, path, code = REFUSED[case]
    assert [(issue.path, issue.code) for issue in refused_issues[case]] == [(path, code)]


OURS = sorted({"unknown parameter set"} ^ set(REFUSED))


@pytest.mark.parametrize("case", OURS)
def test_the_lint_refuses_it_too(case: str) -> None:
    """A preview has no Node, so what it can know of the schema, it checks."""
    assert lint(REFUSED[case][0])


LET_THROUGH: dict[str, tuple[dict[str, Any], str]] = {
    "typo in a key": (content(modelDisplayLable="x"), "endpoints.custom[0].modelDisplayLable"),
    "wrong case of a key": (content(apikey="ollama"), "endpoints.custom[0].apikey"),
    "typo in models": (
        content(models={"defaults": ["a"], "default": ["a"]}),
        "endpoints.custom[0].models.defaults",
    ),
    "key that is gone": (content(summarize=False), "endpoints.custom[0].summarize"),
    "no apiKey": (content(apiKey=None), "endpoints.custom[0].apiKey"),
    "empty apiKey": (content(apiKey=""), "endpoints.custom[0].apiKey"),
    "no models": (content(models=None, titleModel=None), "endpoints.custom[0].models.default"),
    "no baseURL": (content(baseURL=None), "endpoints.custom[0].baseURL"),
    "baseURL without v1": (content(baseURL=URL), "endpoints.custom[0].baseURL"),
    "other title model": (content(titleModel="phi3"), "endpoints.custom[0].titleModel"),
    "key in clear text": (content(apiKey="sk-1234567890abcdefghij"), "endpoints.custom[0].apiKey"),
    "typo in registration": (
        {**content(), "registration": {"allowedDomain": []}},
        "registration.allowedDomain",
    ),
    "typo in interface": ({**content(), "interface": {"webSerch": True}}, "interface.webSerch"),
    "typo in fileConfig": ({**content(), "fileConfig": {"serverFileLimit": 1}}, "fileConfig.serverFileLimit"),
}


@pytest.mark.parametrize("case", LET_THROUGH)
def test_the_lint_refuses_what_the_schema_lets_through(case: str, let_through_issues: Issues) -> None:
    document, path = LET_THROUGH[case]
    assert let_through_issues[case] == []
    assert path in {finding.path for finding in lint(document)}


def test_names_differ_by_more_than_case() -> None:
    base = content()
    base["endpoints"]["custom"] += [{**base["endpoints"]["custom"][0], "name": "OLLAMA"}]
    assert validate_librechat_yaml(json.dumps(base)) == []
    assert [finding.path for finding in lint(base)] == ["endpoints.custom[1].name"]


def test_a_file_that_does_not_parse_is_an_issue_without_its_text() -> None:
    issues = validate_librechat_yaml("version: '1'\napiKey: sk-secret: x\n")
    assert [(issue.path, issue.code) for issue in issues] == [("", "invalid_yaml")]
    assert "line 2" in issues[0].message
    assert "sk-secret" not in str(issues)


def test_the_generated_table_is_that_of_the_package(upstream: dict[str, Any]) -> None:
    assert SCHEMA.read_text() == render(upstream), "components/librechat/config/schema.py: run `make librechat-schema`"


def test_a_new_key_would_make_it_stale(upstream: dict[str, Any]) -> None:
    keys = {**upstream["keys"], "registration": [*upstream["keys"]["registration"], "newKey"]}
    assert render({**upstream, "keys": keys}) != SCHEMA.read_text()


def test_every_section_is_in_the_table() -> None:
    assert tuple(KNOWN_KEYS) == SECTIONS


@pytest.mark.parametrize("limit", [1, 25, TOTAL_SIZE_LIMIT_MB, 4096])
def test_the_upload_limit_reaches_every_endpoint(limit: int) -> None:
    text = to_yaml(rendered(SERVER, *POOLS, uploadLimitMb=limit))
    limits = describe(documents=[text])["uploadLimits"][0]
    assert {"(server)", "Ollama", "Ollama (amd)", "agents", "assistants"} <= set(limits)
    assert set(limits.values()) == {limit}


def test_the_default_limit_alone_would_not_reach_custom_endpoints() -> None:
    """Why `FILE_LIMIT_ENDPOINTS` is more than `default`: fails when LibreChat needs no more than that."""
    document = {**content(), "fileConfig": {"endpoints": {"default": {"fileSizeLimit": 25}}}}
    assert describe(documents=[to_yaml(document)])["uploadLimits"][0]["Ollama"] == TOTAL_SIZE_LIMIT_MB


def test_js_yaml_reads_what_was_written() -> None:
    """YAML 1.1 (PyYAML) and 1.2 (js-yaml) disagree on plain scalars: both have to read the same."""
    words = ["yes", "on", "Off", "null", "~", "true", "1e3", "0o14", "0x1F", "1_000", "012", "1:30", ".inf"]
    words += [
        "2026-11-23",
        "1.3",
        "-",
        "- a",
        "a: b",
        "a #b",
        "#",
        "",
        " ",
        "\n",
        "a\nb\n",
        "\t",
        "é😀\x85\u2028",
    ]
    words += [
        "<<",
        "=",
        "!x",
        "&x",
        "*x",
        "@x",
        "`x",
        "%x",
        "'",
        '"',
        "\\",
        "{a}",
        "[a]",
        "?",
        "x" * 300,
        "${A}",
    ]
    document: dict[str, object] = {
        "texts": words,
        "keys": {word: index for index, word in enumerate(words)},
        "numbers": [0, -1, 0.7, 1e-07, 1e16, -2.5, 12345678901],
        "rest": [True, False, None, {}, []],
        "endpoints": {"custom": []},
    }
    text = to_yaml(document)
    assert yaml.safe_load(text) == document
    assert describe(documents=[text])["parsed"] == [document]


def test_node_of_the_wheel_installs_and_checks(tmp_path: Path) -> None:
    """A machine without Node uses the wheel's, for npm as well."""
    wheel = wheel_node()
    assert wheel is not None
    install(wheel, (HERE / "package.json").read_bytes(), tmp_path / "packages")
    assert [path.name for path in tmp_path.iterdir()] == ["packages"]
    environment = {"LIBRECHAT_SCHEMA_PACKAGES": str(tmp_path / "packages")}
    script = str(HERE / "validate.mjs")
    result = wheel.run(str(wheel.node), script, input=to_yaml(content()), env=environment)
    assert (result.returncode, json.loads(result.stdout)) == (0, [{"source": "-", "issues": []}])


def test_an_install_that_fails_leaves_nothing_and_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"npm install .* failed"):
        install(find_node(), b"{", tmp_path / "packages")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("version", "taken"), [("v18.20.8", False), ("v20.0.0", True), ("v24.1.0", True), ("", False)])
def test_an_old_node_is_not_taken(version: str, taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("node", "npm"):
        command = tmp_path / name
        command.write_text(f"#!/bin/sh\necho {version}\n")
        command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (machine_node() is not None) is taken
    (tmp_path / "npm").unlink()
    assert machine_node() is None


@pytest.mark.parametrize("folder", [HERE, CLIENT], ids=["schema", "client"])
def test_the_packages_are_pinned_exactly(folder: Path) -> None:
    pinned = json.loads((folder / "package.json").read_text())["dependencies"]
    for name, version in pinned.items():
        installed = json.loads((packages(folder) / "node_modules" / name / "package.json").read_text())
        assert installed["version"] == version


def test_both_are_of_one_release() -> None:
    schema, client = (json.loads((folder / "package.json").read_text())["dependencies"] for folder in (HERE, CLIENT))
    assert {name: client[name] for name in schema.keys() & client.keys()} == {
        name: schema[name] for name in schema.keys() & client.keys()
    }
