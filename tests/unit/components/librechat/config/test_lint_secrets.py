"""Secrets in librechat.yaml: what is taken for one, and that none is shown."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components.librechat.config.lint import lint, lint_yaml
from components.librechat.config.lint_secrets import is_reference, looks_secret, names_secret
from components.librechat.config.schema import UNEXPANDED_VARIABLES
from tests.unit.components.librechat.config.documents import HERE, endpoint, top

SECRETS = [
    "sk-proj-1234567890abcdefghij",
    "ghp_1234567890abcdefghijklmn",
    "hf_1234567890abcdefghijklmn",
    "xoxb-1234567890-abcdef",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig",
    "-----BEGIN RSA PRIVATE KEY-----\nMII",
    "https://user:hunter2@example.org/v1",
]


@pytest.mark.parametrize("name", sorted(UNEXPANDED_VARIABLES))
def test_variables_that_librechat_does_not_expand_are_refused(name: str) -> None:
    findings = lint(endpoint(apiKey=f"${{{name}}}"))
    assert [(finding.path, name in finding.rule) for finding in findings] == [(f"{HERE}.apiKey", True)]


@pytest.mark.parametrize(
    ("value", "reference"),
    [
        ("${A}", True),
        (" ${A_1} ", True),
        ("Bearer ${A}", True),
        ("token {{A}}", True),
        ("${A}:${B}", True),
        ("user_provided", True),
        ("${A}x", False),
        ("${}", False),
        ("$A", False),
        ("Bearer", False),
        ("", False),
    ],
)
def test_references_to_secrets(value: str, reference: bool) -> None:
    assert is_reference(value) is reference


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("apiKey", True),
        ("serperApiKey", True),
        ("x-api-key", True),
        ("OPENAI_API_KEY", True),
        ("client_secret", True),
        ("AWS_SECRET_ACCESS_KEY", True),
        ("GITHUB_PERSONAL_ACCESS_TOKEN", True),
        ("dbPassword", True),
        ("apiKeyPreview", False),
        ("publicKey", False),
        ("token_url", False),
        ("tokenLimit", False),
        ("maxTokens", False),
        ("authorization_type", False),
        ("key", False),
    ],
)
def test_keys_that_hold_a_secret(key: str, secret: bool) -> None:
    assert names_secret(key) is secret


@pytest.mark.parametrize("value", ["llama3.2:3b", "hf.co/some/model:Q4", "sk-learn-classification-model", "task-1"])
def test_names_of_models_do_not_look_like_secrets(value: str) -> None:
    assert not looks_secret(value)


@given(
    st.from_regex(r"[A-Za-z0-9]{12,40}", fullmatch=True),
    st.sampled_from(["apiKey", "token", "client_secret"]),
)
def test_no_finding_shows_a_value_under_a_secret_key(secret: str, key: str) -> None:
    findings = lint(top(mcpServers={"x": {key: secret}})) + lint(endpoint(apiKey=secret))
    assert [finding.value for finding in findings] == ["[secret]", "[secret]"]
    assert secret not in "".join(finding.path + finding.rule for finding in findings)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_found_anywhere_and_never_shown(secret: str) -> None:
    content = endpoint(
        name=secret,
        baseURL=secret,
        titleModel=secret,
        models={"default": [secret, secret], "fetch": True},
        apiKey=secret,
        typo=secret,
    ) | {secret: secret, "version": secret, "modelSpecs": {"list": [{"name": secret}]}}
    findings = lint(content) + lint_yaml(yaml.safe_dump(content)) + lint(secret) + lint([secret])
    found = {finding.path for finding in findings}
    assert {f"{HERE}.name", f"{HERE}.apiKey", f"{HERE}.typo", "modelSpecs.list[0].name", "version"} <= found
    assert secret not in "".join(map(repr, findings))
    assert "hunter2" not in "".join(map(repr, findings))
