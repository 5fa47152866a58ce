"""Types of single settings, each with its validator.

A validator raises `ValueError` with the rule alone; `validation` adds the key path and the value.
"""

import ipaddress
import re
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr

from .. import images
from .base import AcceptsOutput
from .quantities import LARGEST_QUANTITY, parse_quantity

# fullmatch everywhere, because `$` also matches before a line break; [0-9], because `\d` has the digits of all scripts.
_NAME_LENGTH = 253
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_QUALIFIED_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_GO_DURATION = re.compile(r"-?([0-9]+(\.[0-9]+)?(h|m|s|ms))+")
_REGISTRY = re.compile(r"[a-zA-Z0-9][\w.-]*(:\d+)?(/[a-z0-9][\w.-]*)*/?", re.ASCII)


def _text(value: Any) -> Any:
    """Accept the numbers `2` and `0.5` for the text "2" and "0.5", as in a Kubernetes manifest."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value


def _quantity(value: str) -> str:
    if value.startswith("-"):
        raise ValueError("a quantity cannot be negative")
    if parse_quantity(value) > LARGEST_QUANTITY:
        raise ValueError("is more than Kubernetes can hold (2^63 - 1)")
    return value


def _positive_quantity(value: str) -> str:
    if _quantity(value) and parse_quantity(value) <= 0:
        raise ValueError("has to be more than 0")
    return value


def _bytes(value: str) -> str:
    """Refuse fractions of a byte: `512m` is half a byte, but usually means megabytes."""
    if _positive_quantity(value)[-1] in "num":
        raise ValueError(f"`{value[-1]}` stands for a fraction, here of a byte: write for example 512Mi or 10Gi")
    if parse_quantity(value) < 2**20:
        raise ValueError("is less than 1Mi, write for example 512Mi or 10Gi")
    return value


def _optional(check: Callable[[str], str]) -> Callable[[str], str]:
    """Return a check that accepts the empty string, which means "not set"."""

    def checked(value: str) -> str:
        return check(value) if value else value

    return checked


def _dns_label(value: str) -> str:
    if not _LABEL.fullmatch(value):
        raise ValueError(
            "not a DNS label: at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends"
        )
    return value


def _prefix(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][-a-z0-9]{0,39}", value):
        raise ValueError("not a prefix of a DNS label: at most 40 lower-case letters, digits and `-`")
    return value


def _subdomain(value: str) -> str:
    if len(value) > _NAME_LENGTH or not all(_LABEL.fullmatch(part) for part in value.split(".")):
        raise ValueError("not a DNS subdomain: lower-case DNS labels joined by dots, at most 253 characters")
    return value


def _host(value: str) -> str:
    if "://" in value:
        raise ValueError("a host name has no scheme, write `chat.example.org`")
    if "/" in value or ":" in value:
        raise ValueError("a host name has no path and no port, write `chat.example.org`")
    name = value.removeprefix("*.")
    labels = name.split(".")
    if len(name) > _NAME_LENGTH or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("not a host name: lower-case DNS labels joined by dots, write `chat.example.org`")
    if labels[-1].isdigit():
        raise ValueError("an IP address is not a host name, Kubernetes takes names only")
    return value


def _email(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", value):
        raise ValueError("not an e-mail address, write `you@example.org`")
    return value.lower()


def _image(value: str) -> str:
    problem = images.problem(value)
    if problem:
        raise ValueError(problem)
    return value


def _registry(value: str) -> str:
    if "://" in value:
        raise ValueError("a registry has no scheme, write `mirror.example.org` or `mirror.example.org/hub`")
    if not _REGISTRY.fullmatch(value):
        raise ValueError("not a registry, write `mirror.example.org`, `mirror.example.org:5000` or with a path")
    return value


def _duration(value: str) -> str:
    if value not in {"0", "-1"} and not _GO_DURATION.fullmatch(value):
        raise ValueError("not a duration, write for example 30s, 5m, 1h30m; -1 is for ever, 0 at once")
    return value


def _label_key(key: str) -> str:
    prefix, slash, name = key.rpartition("/")
    if not _QUALIFIED_NAME.fullmatch(name) or (slash and not all(map(_LABEL.fullmatch, prefix.split(".")))):
        raise ValueError("is not a label key: at most 63 letters, digits, `-`, `_`, `.` after an optional `domain/`")
    return key


def _label_value(value: str) -> str:
    if not _LABEL_VALUE.fullmatch(value):
        raise ValueError(
            "not a label value: at most 63 letters, digits, `-`, `_`, `.`, with a letter or digit at both ends"
        )
    return value


def _environment_variable(key: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key):
        raise ValueError("is not a name of an environment variable: letters, digits and `_`, no digit in front")
    return key


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError as error:
        raise ValueError("not a network in CIDR notation, write for example `10.0.0.0/16`") from error


def _http_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        complete = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError as error:
        raise ValueError("not a URL, write `http://host:port` or `https://host`") from error
    if not complete:
        raise ValueError("not a URL, write `http://host:port` or `https://host`")
    if parts.username or parts.password:
        raise ValueError("a URL in the clear must not hold a user name or a password")
    return value.rstrip("/")


Quantity = Annotated[str, BeforeValidator(_text), AfterValidator(_quantity), AcceptsOutput()]
OptionalQuantity = Annotated[
    str, BeforeValidator(_text), AfterValidator(_optional(_positive_quantity)), AcceptsOutput()
]
OptionalBytes = Annotated[str, BeforeValidator(_text), AfterValidator(_optional(_bytes)), AcceptsOutput()]
StorageQuantity = Annotated[str, BeforeValidator(_text), AfterValidator(_bytes), AcceptsOutput()]
DnsLabel = Annotated[str, AfterValidator(_dns_label)]
OptionalDnsLabel = Annotated[str, AfterValidator(_optional(_dns_label))]
Prefix = Annotated[str, AfterValidator(_optional(_prefix))]
ObjectName = Annotated[str, AfterValidator(_subdomain)]
OptionalObjectName = Annotated[str, AfterValidator(_optional(_subdomain))]
Networks = list[Annotated[str, AfterValidator(_network)]]
OptionalHost = Annotated[str, AfterValidator(_optional(_host)), AcceptsOutput()]
OptionalEmail = Annotated[str, AfterValidator(_optional(_email))]
OptionalImage = Annotated[str, AfterValidator(_optional(_image)), AcceptsOutput()]
OptionalRegistry = Annotated[str, AfterValidator(_optional(_registry))]
Duration = Annotated[str, BeforeValidator(_text), AfterValidator(_duration)]
LabelValue = Annotated[str, AfterValidator(_label_value)]
Labels = dict[Annotated[str, AfterValidator(_label_key)], LabelValue]
Annotations = dict[Annotated[str, AfterValidator(_label_key)], str]
EnvironmentVariables = dict[Annotated[str, AfterValidator(_environment_variable)], str]
Quantities = dict[str, Annotated[str, BeforeValidator(_text), AfterValidator(_quantity)]]
OptionalHttpUrl = Annotated[str, AfterValidator(_optional(_http_url)), AcceptsOutput()]
PlainHttpUrl = Annotated[str, AfterValidator(_optional(_http_url))]
SecretText = Annotated[SecretStr, AcceptsOutput()]
