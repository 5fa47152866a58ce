"""librechat.yaml before and after the servers' URLs are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.librechat.config.content import Server, librechat_config
from components.librechat.config.lint import lint_yaml
from components.librechat.config.placeholders import server_url
from components.librechat.config.render import render
from components.librechat.config.writer import to_yaml
from components.librechat.settings import LibreChatSettings
from components.ollama.offer import OllamaOffer

AMD: OllamaOffer = {"models": ["qwen3:8b"], "name": "Ollama (amd)", "model_display_label": "AMD"}
OFFERS: list[OllamaOffer] = [{"models": ["llama3.2:3b"]}, AMD]
SETTINGS = LibreChatSettings()
urls = st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)


def test_a_placeholder_stands_for_each_url_and_passes_the_lint() -> None:
    text = render(SETTINGS, OFFERS).text
    assert all(text.count(server_url(index)) == 1 for index in range(2))
    assert lint_yaml(text) == []


@given(urls)
def test_with_the_urls_it_is_what_would_have_been_written_with_them(urls: list[str]) -> None:
    base_urls = [f"http://{url}" for url in urls]
    servers = [
        Server(name="Ollama", base_url=base_urls[0], models=["llama3.2:3b"]),
        Server(name="Ollama (amd)", base_url=base_urls[1], models=["qwen3:8b"], model_display_label="AMD"),
    ]
    assert render(SETTINGS, OFFERS).with_urls(base_urls) == to_yaml(librechat_config(SETTINGS, servers))


@pytest.mark.parametrize("count", [2, 12])
def test_servers_keep_their_own_urls(count: int) -> None:
    offers: list[OllamaOffer] = [{"models": ["a:1"], "name": f"Ollama ({index})"} for index in range(count)]
    text = render(SETTINGS, offers).with_urls([f"http://server-{index}:1" for index in range(count)])
    assert [text.count(f'"http://server-{index}:1/v1"') for index in range(count)] == [1] * count
    assert ".invalid" not in text


def test_endpoints_of_the_settings_have_no_placeholder() -> None:
    own = {"name": "Other", "apiKey": "${KEY}", "baseURL": "https://example.org/v1", "models": {"default": ["a"]}}
    settings = LibreChatSettings.model_validate({"config": {"endpoints": {"custom": [own]}}})
    rendered = render(settings, OFFERS)
    assert rendered.with_urls(["http://a:1", "http://b:1"]) == rendered.text
