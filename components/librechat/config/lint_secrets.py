"""Secrets in clear text in librechat.yaml: which keys hold one, and what a secret looks like.

librechat.yaml becomes a ConfigMap, which everybody with read access to the namespace can see. LibreChat replaces
`${NAME}` with the environment variable, so the secret belongs in a Secret and the variable's name in the file.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from ...settings.findings import Finding
from ...settings.key_paths import KeyPath, render_path
from ...settings.rendering import render_value
from ...settings.shapes import is_list, is_mapping
from .placeholders import OLLAMA_API_KEY
from .schema import UNEXPANDED_VARIABLES, USER_PROVIDED

REDACTED = "[secret]"

_SECRET_KEY = re.compile(
    r"(apikey|secret|secretkey|password|passphrase|token|privatekey|accesskey|authorization|cookie)$"
)
_SECRET_VALUE = re.compile(
    r"""
    \b(?:
        sk-(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,}  # OpenAI, Anthropic, OpenRouter and many more
      | gh[pousr]_[A-Za-z0-9]{20,}           # GitHub
      | github_pat_[A-Za-z0-9_]{20,}
      | glpat-[A-Za-z0-9_-]{16,}             # GitLab
      | xox[abeprs]-[A-Za-z0-9-]{10,}        # Slack
      | hf_[A-Za-z0-9]{20,}                  # Hugging Face
      | gsk_[A-Za-z0-9]{20,}                 # Groq
      | (?:AKIA|ASIA)[A-Z0-9]{16}            # AWS
      | AIza[A-Za-z0-9_-]{30,}               # Google
      | eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}  # JSON web token
    )
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----
    """,
    re.VERBOSE,
)
_REFERENCE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}|\{\{[A-Za-z_][A-Za-z0-9_]*\}\}")
_SCHEME = re.compile(r"^(bearer|basic|token)\b", re.IGNORECASE)


def is_reference(value: str) -> bool:
    """Return whether a value only refers to a secret: `${NAME}`, `{{NAME}}`, `Bearer ${NAME}`, `user_provided`."""
    if value.strip() == USER_PROVIDED:
        return True
    without, count = _REFERENCE.subn("", value)
    return count > 0 and not _SCHEME.sub("", without.strip()).strip(" :")


def names_secret(key: str, parent: str = "") -> bool:
    """Return whether a key holds a secret, judging by its name in any spelling: `apiKey`, `X-API-Key`."""
    name = re.sub(r"[^a-z0-9]", "", key.lower())
    if parent == "addParams":  # a token there is a word of a model, such as `eos_token`
        return False
    return bool(_SECRET_KEY.search(name)) or (name == "key" and parent.lower() == "apikey")


def has_url_password(value: str) -> bool:
    """Return whether a URL holds a password in clear text, as in `https://user:password@host`."""
    try:
        password = urlsplit(value.strip()).password
    except ValueError:  # not a URL
        return False
    return bool(password) and not is_reference(str(password))


def looks_secret(value: str) -> bool:
    """Return whether a value looks like a secret, whatever its key."""
    return bool(_SECRET_VALUE.search(value)) or has_url_password(value)


def finding(path: KeyPath, value: object, rule: str) -> Finding:
    """Return a finding whose path and value show no secret. Sections, lists and null are not shown."""
    where = tuple(REDACTED if isinstance(part, str) and looks_secret(part) else part for part in path)
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    if isinstance(value, Mapping | list | tuple | set) or value is None:
        shown = ""
    elif names_secret(name) or looks_secret(str(value)):
        shown = REDACTED
    else:
        shown = render_value(path, value)
    return Finding(render_path(where) or "librechat.yaml", shown, rule)


def _texts(content: object) -> Iterator[tuple[KeyPath, str]]:
    """Yield every text with its path, without recursion: the content may be deep or contain itself."""
    waiting: list[tuple[KeyPath, object]] = [((), content)]
    visited: set[int] = set()
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            yield path, value
            continue
        if id(value) in visited:
            continue
        visited.add(id(value))
        if is_mapping(value):
            waiting += [((*path, str(key)), below) for key, below in reversed(list(value.items()))]
        elif is_list(value):
            waiting += [((*path, index), below) for index, below in reversed(list(enumerate(value)))]


def lint_secrets(content: Mapping[object, object]) -> Iterator[Finding]:
    """Yield every secret in clear text, and every reference to a variable that LibreChat does not expand."""
    for path, value in _texts(content):
        names = [part for part in path if isinstance(part, str)]
        if not names or not value.strip():
            continue
        key, parent = names[-1], names[-2] if len(names) > 1 else ""
        placeholder = path[:2] == ("endpoints", "custom") and key == "apiKey" and value == OLLAMA_API_KEY
        by_name = names_secret(key, parent) and not is_reference(value) and not placeholder
        if by_name or looks_secret(value):
            rule = "a secret in clear text: put it into a Secret and write `${NAME}` of its environment variable"
            yield Finding(finding(path, None, "").path, REDACTED, rule)
        for name in sorted(UNEXPANDED_VARIABLES):
            if f"${{{name}}}" in value:
                rule = f"LibreChat never puts {name} in the place of `${{{name}}}`, use another variable"
                yield finding(path, None, rule)
