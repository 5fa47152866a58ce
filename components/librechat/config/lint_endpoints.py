"""Lint of the custom endpoints in librechat.yaml, which LibreChat's own schema hardly checks."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from ...ollama.names import OLLAMA_ENDPOINT
from ...settings.findings import Finding
from ...settings.key_paths import KeyPath
from ...settings.shapes import is_list, is_mapping
from . import parameters
from .lint_secrets import finding, is_reference, looks_secret
from .placeholders import OLLAMA_API_KEY
from .schema import CURRENT_MODEL, RESERVED_ENDPOINT_NAMES, USER_PROVIDED

_OLLAMA_PORT = 11434


def lint_custom_endpoints(custom: object) -> Iterator[Finding]:
    """Yield what is wrong with `endpoints.custom`, apart from unknown keys."""
    path: KeyPath = ("endpoints", "custom")
    if not is_list(custom):
        yield finding(path, custom, "has to be a list of endpoints")
        return
    seen: dict[str, int] = {}
    for index, endpoint in enumerate(custom):
        here = (*path, index)
        if not is_mapping(endpoint):
            yield finding(here, endpoint, "has to be a mapping")
            continue
        yield from _name(here, endpoint, seen, index)
        yield from _api_key(here, endpoint)
        yield from _base_url(here, endpoint)
        yield from _models(here, endpoint)
        yield from _parameters(here, endpoint)


def _name(path: KeyPath, endpoint: Mapping[object, object], seen: dict[str, int], index: int) -> Iterator[Finding]:
    path = (*path, "name")
    name = endpoint.get("name")
    if not isinstance(name, str) or not name.strip():
        yield finding(path, name, "an endpoint needs a name")
        return
    if name in RESERVED_ENDPOINT_NAMES:
        yield finding(path, name, "is the name of one of LibreChat's own endpoints, choose another")
    first = seen.setdefault(name.lower(), index)
    if first != index:
        yield finding(
            path,
            name,
            f"the name is taken by `endpoints.custom[{first}]`, upper and lower case count as equal",
        )
    fetches = is_mapping(models := endpoint.get("models")) and models.get("fetch") is True
    if fetches and _is_ollama(endpoint) and not _has_ollama_name(name):
        yield finding(
            path,
            name,
            f"has to begin with `{OLLAMA_ENDPOINT}` so that LibreChat lists the models of the server, "
            f"for example `{OLLAMA_ENDPOINT} ({'amd' if looks_secret(name) else name})`",
        )


def _has_ollama_name(name: object) -> bool:
    return isinstance(name, str) and name.lower().startswith(OLLAMA_ENDPOINT.lower())


def _is_ollama(endpoint: Mapping[object, object]) -> bool:
    """Return whether an endpoint is an Ollama server, by its name, host or port."""
    if _has_ollama_name(endpoint.get("name")):
        return True
    try:
        parts = urlsplit(str(endpoint.get("baseURL")))
        port = parts.port
    except ValueError:  # not a URL, which `_base_url` reports
        return False
    return port == _OLLAMA_PORT or "ollama" in (parts.hostname or "")


def _api_key(path: KeyPath, endpoint: Mapping[object, object]) -> Iterator[Finding]:
    value = endpoint.get("apiKey")
    if not isinstance(value, str) or not value.strip():
        yield finding(
            (*path, "apiKey"),
            None,
            f"is missing or empty, LibreChat then offers no models: `{OLLAMA_API_KEY}` for Ollama, "
            f"`${{NAME}}` for a key in an environment variable, or `{USER_PROVIDED}`",
        )


def _base_url(path: KeyPath, endpoint: Mapping[object, object]) -> Iterator[Finding]:
    path = (*path, "baseURL")
    value = endpoint.get("baseURL")
    if not isinstance(value, str) or not value.strip():
        yield finding(path, None, "is missing or empty")
        return
    if is_reference(value):
        return
    try:
        parts = urlsplit(value)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname)
        ends_well = parts.path.endswith("/v1") and not parts.query and not parts.fragment
    except ValueError:  # such as a port that is no number
        valid = ends_well = False
    if not valid:
        yield finding(path, value, "has to be a URL that begins with http:// or https://")
    elif not ends_well and _is_ollama(endpoint):
        yield finding(path, value, "has to end in `/v1`, where Ollama serves the OpenAI-compatible API")


def _models(path: KeyPath, endpoint: Mapping[object, object]) -> Iterator[Finding]:
    models = endpoint.get("models")
    default = models.get("default") if is_mapping(models) else None
    where = (*path, "models", "default")
    if not is_list(default) or not default:
        yield finding(where, None, "is missing or empty, name at least one model")
        return
    names = [item.get("name") if is_mapping(item) else item for item in default]
    for index, name in enumerate(names):
        if not isinstance(name, str) or not name.strip():
            yield finding((*where, index), name, "has to be the name of a model, as text")
        elif names.index(name) != index:
            yield finding((*where, index), name, "the model is listed twice")
    title = endpoint.get("titleModel")
    elsewhere = endpoint.get("titleEndpoint") is not None  # then it is a model of that endpoint
    listed = title in names or (_is_ollama(endpoint) and f"{title}:latest" in names)  # the tag that Ollama adds
    if title is not None and title != CURRENT_MODEL and not listed and not elsewhere:
        yield finding((*path, "titleModel"), title, f"has to be `{CURRENT_MODEL}` or one of the models of the endpoint")


def _speaks_openai(endpoint: Mapping[object, object]) -> bool:
    """Return whether LibreChat talks to an endpoint through its OpenAI client, with that client's parameters."""
    custom = endpoint.get("customParams")
    others = custom.get("defaultParamsEndpoint") if is_mapping(custom) else None
    return endpoint.get("provider") is None and others not in {"anthropic", "google"}


def _parameters(path: KeyPath, endpoint: Mapping[object, object]) -> Iterator[Finding]:
    """Yield the parameters that never reach the model; LibreChat drops them silently."""
    params = endpoint.get("addParams")
    if not is_mapping(params) or not _speaks_openai(endpoint):
        return
    for name in map(str, params):
        rule = (parameters.unread_by_ollama(name) if _is_ollama(endpoint) else None) or parameters.unsent(name)
        if rule:
            yield finding((*path, "addParams", name), None, rule)
