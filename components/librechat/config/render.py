"""librechat.yaml, rendered from plain values. No Pulumi in here: what goes in is known, not an Output."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import yaml

from ...ollama.names import OLLAMA_ENDPOINT
from ...settings.merge import deep_merge
from .schema import CONFIG_VERSION, CURRENT_MODEL, FILE_LIMIT_ENDPOINTS, TOTAL_SIZE_LIMIT_MB

TitleTiming = Literal["immediate", "final"]
"""When a conversation gets its title: at once, beside the answer, or after it."""

OLLAMA_API_KEY = "ollama"
"""Placeholder: Ollama checks no key, but LibreChat lists no models for an endpoint without one."""

ADD_PARAMS: Mapping[str, Any] = MappingProxyType({"temperature": 0.7, "maxTokens": 2000})
"""Parameters added to every request. LibreChat sends `maxTokens` as `max_tokens`; `.parameters` has what it drops."""

TITLE_TIMING: TitleTiming = "final"
"""LibreChat's own default is `immediate`: the title comes first, and takes Ollama's only slot from the answer."""

DELIVERY: Mapping[str, Any] = MappingProxyType({"overrides": {"application/pdf": "text"}})
"""How uploads reach the model, where it differs from LibreChat's own: Ollama refuses a message with a file in it, so a
PDF goes as its text. Images go as images either way."""


@dataclass(frozen=True, kw_only=True)
class OllamaEndpoint:
    """One Ollama server as a custom endpoint of LibreChat.

    base_url: URL of the OpenAI-compatible API, with `/v1` at the end.
    models: models to offer while the server cannot be asked; the first is preselected. At least one.
    name: name of the endpoint, see `pool_endpoint_name`.
    fetch: whether LibreChat asks the server for its models.
    title_convo: whether conversations get a title.
    title_model: model that writes titles: `current_model`, or one of `models`.
    title_timing: when it writes them.
    model_display_label: name shown for the assistant; None for the name of the endpoint.
    api_key: any text that is not empty, or `${NAME}` for an environment variable; never a real key.
    add_params: parameters added to every request.
    extra: further keys of the endpoint, as librechat.yaml writes them; merged last, see `deep_merge`.
    """

    base_url: str
    models: Sequence[str]
    name: str = OLLAMA_ENDPOINT
    fetch: bool = True
    title_convo: bool = True
    title_model: str = CURRENT_MODEL
    title_timing: TitleTiming = TITLE_TIMING
    model_display_label: str | None = None
    api_key: str = field(default=OLLAMA_API_KEY, repr=False)
    add_params: Mapping[str, Any] = field(default_factory=lambda: dict(ADD_PARAMS))
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)


@dataclass(frozen=True, kw_only=True)
class LibreChatConfig:
    """The content of librechat.yaml.

    endpoints: the Ollama servers, in the order in which LibreChat shows them.
    upload_limit_mb: largest upload in MB (1 MB = 1,048,576 bytes), for the server and for every endpoint;
        None for LibreChat's own limit of 512 MB.
    version: version of the configuration format.
    cache: whether LibreChat caches the configuration.
    allowed_domains: domains of e-mail addresses that may register; empty for all.
    social_logins: social logins shown on the login page, in this order; None for LibreChat's own list.
    interface: switches of the user interface, as librechat.yaml writes them.
    custom_endpoints: further custom endpoints, as librechat.yaml writes them; they come after `endpoints`.
    file_strategy: where uploads and images are; None for LibreChat's own choice, `local`.
    extra: anything else that librechat.yaml can hold; merged last, see `deep_merge`.
    """

    endpoints: Sequence[OllamaEndpoint]
    upload_limit_mb: int | None = None
    version: str = CONFIG_VERSION
    cache: bool = True
    allowed_domains: Sequence[str] = ()
    social_logins: Sequence[str] | None = None
    interface: Mapping[str, Any] = field(default_factory=dict[str, Any])
    custom_endpoints: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    file_strategy: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)


def _endpoint(endpoint: OllamaEndpoint) -> dict[str, Any]:
    rendered = {
        "name": endpoint.name,
        "apiKey": endpoint.api_key,
        "baseURL": endpoint.base_url,
        "models": {"default": list(endpoint.models), "fetch": endpoint.fetch},
        "titleConvo": endpoint.title_convo,
        "titleModel": endpoint.title_model,
        "titleTiming": endpoint.title_timing,
        "modelDisplayLabel": (endpoint.name if endpoint.model_display_label is None else endpoint.model_display_label),
    }
    if endpoint.add_params:
        rendered["addParams"] = dict(endpoint.add_params)
    return deep_merge(rendered, endpoint.extra)


def _file_config(limit_mb: int | None) -> dict[str, Any]:
    # Not below `endpoints`: an entry there would hide one that somebody writes for a single endpoint.
    delivery = {"defaultLLMDeliveryPath": deepcopy(dict(DELIVERY))}
    if limit_mb is None:
        return delivery
    limits = {"fileSizeLimit": limit_mb}
    if limit_mb > TOTAL_SIZE_LIMIT_MB:
        # The limit for all files of a message together would otherwise refuse a single allowed file.
        limits["totalSizeLimit"] = limit_mb
    return {
        "serverFileSizeLimit": limit_mb,
        **delivery,
        "endpoints": {endpoint: dict(limits) for endpoint in FILE_LIMIT_ENDPOINTS},
    }


def render(config: LibreChatConfig) -> dict[str, object]:
    """Render the content of librechat.yaml. Nothing is checked here, see `components.librechat.config.lint.lint`."""
    custom = [_endpoint(endpoint) for endpoint in config.endpoints]
    custom += [deep_merge({}, endpoint) for endpoint in config.custom_endpoints]
    registration: dict[str, Any] = {}
    if config.social_logins is not None:
        registration["socialLogins"] = list(config.social_logins)
    if domains := list(config.allowed_domains):
        registration["allowedDomains"] = domains

    rendered: dict[str, Any] = {"version": config.version, "cache": config.cache}
    if config.file_strategy is not None:
        rendered["fileStrategy"] = config.file_strategy
    if config.interface:
        rendered["interface"] = dict(config.interface)
    if registration:
        rendered["registration"] = registration
    rendered["fileConfig"] = _file_config(config.upload_limit_mb)
    if custom:
        rendered["endpoints"] = {"custom": custom}
    return deep_merge(rendered, config.extra)


class _Dumper(yaml.SafeDumper):
    """Writes text in quotes unless PyYAML (YAML 1.1) and LibreChat's js-yaml (YAML 1.2) both read it as text.

    Without quotes js-yaml would read a model called `1e3` as a number, where PyYAML sees no need for them.
    """

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the name is that of PyYAML
        """Write a value that occurs twice, twice: anchors are for machines."""
        return True


def _represent_text(_dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    words = text.replace("-", "").replace("_", "")
    plain = words.isascii() and words.isalnum() and text[0].isalpha()
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Dumper.add_representer(str, _represent_text)


def to_yaml(content: Mapping[str, object]) -> str:
    """Write librechat.yaml: keys in the given order, one newline at the end, equal content gives equal text.

    Raises yaml.representer.RepresenterError: the content holds something other than plain values.
    """
    return yaml.dump(dict(content), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))
