"""Rules on secrets: their values are in Secrets and nowhere else."""

import re
from collections.abc import Iterator

from .pods import containers
from .rule import UNKNOWN, Resource, ResourceRule, mapping, sequence

_NAME = re.compile(r"(?i)(passw(or)?d|passphrase|secret|token|api_?key|private_?key|access_?key|master_?key|creds)")
_NO_SECRET = re.compile(
    r"(?i)_(file|path|dir|name|url|uri|expiry|ttl|timeout|limit|enabled|header|count|length|balance)$"
)
_VALUES = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:(?!\$)[^/\s@]{3,}@"),
    re.compile(r"\b(sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16})\b"),
)
_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?["']?([A-Za-z][A-Za-z0-9_.-]*)["']?[ \t]*[:=][ \t]*["']?([^\s"'#]+)""", re.MULTILINE
)
_LEAST = 8


def looks_secret(name: str, value: str) -> bool:
    """Return whether a named value looks like a secret, by its form or by the name.

    References (`${NAME}`, `$(NAME)`), switches, numbers and short words do not.
    """
    if not value or value == UNKNOWN:
        return False
    if any(pattern.search(value) for pattern in _VALUES):
        return True
    named = _NAME.search(name) and not _NO_SECRET.search(name)
    return bool(named) and len(value) >= _LEAST and not value.startswith("$") and not value.isdigit()


def _environment(resource: Resource) -> Iterator[str]:
    for container in containers(resource):
        for variable in map(mapping, sequence(container.get("env"))):
            name, value = str(variable.get("name")), variable.get("value")
            if isinstance(value, str) and looks_secret(name, value):
                yield (
                    f"the variable {name} of container {container.get('name')} looks like a secret in clear text. "
                    "Take it from a Secret with secretKeyRef."
                )


def _config_map(resource: Resource) -> Iterator[str]:
    if resource.type != "kubernetes:core/v1:ConfigMap":
        return
    for key, text in mapping(resource.props.get("data")).items():
        if not isinstance(text, str):
            continue
        inside = [name for name, value in _LINE.findall(text) if looks_secret(name, value)]
        whole = looks_secret(key, text) and "\n" not in text.strip()
        if whole or (not inside and any(pattern.search(text) for pattern in _VALUES)):
            inside.append(key)
        if inside:
            yield f"the key {key} holds what looks like a secret ({', '.join(dict.fromkeys(inside))}). Use a Secret."


def _check(resource: Resource) -> Iterator[str]:
    yield from _environment(resource)
    yield from _config_map(resource)


NO_CLEAR_TEXT = ResourceRule(
    "no-clear-text-secrets", "No environment variable and no ConfigMap holds a secret.", _check
)
