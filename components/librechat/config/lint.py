"""Lint of librechat.yaml: finds what LibreChat's own schema lets through.

LibreChat silently drops unknown keys in most sections, accepts an endpoint without a key or models, and reads secrets
in clear text. All findings are returned together. Nothing is raised, whatever the shape of the content, and no finding
shows a secret.
"""

import difflib
from collections.abc import Iterator, Mapping

import yaml

from ...settings.findings import Finding
from ...settings.key_paths import KeyPath
from ...settings.shapes import is_list, is_mapping
from .lint_endpoints import lint_custom_endpoints
from .lint_secrets import finding, lint_secrets
from .schema import KNOWN_KEYS


def lint(content: object) -> list[Finding]:
    """Return everything that is wrong with the content of librechat.yaml."""
    if not is_mapping(content):
        return [finding((), content, "librechat.yaml has to be a mapping")]
    findings = [*_version(content), *_unknown_keys(content), *lint_secrets(content)]
    endpoints = content.get("endpoints")
    if is_mapping(endpoints) and "custom" in endpoints:
        findings += lint_custom_endpoints(endpoints["custom"])
    elif "endpoints" in content and not (is_mapping(endpoints) and endpoints):
        findings.append(finding(("endpoints",), endpoints, "has to be a mapping with at least one endpoint"))
    return findings


def lint_yaml(text: str) -> list[Finding]:
    """Return everything that is wrong with the text of librechat.yaml.

    That is what `lint` returns, and what only the text shows: YAML that does not parse (LibreChat then starts with its
    defaults), a key that occurs twice (js-yaml, which LibreChat uses, refuses the file), and a version without quotes.
    """
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        findings = list(_text_findings(node)) if node else []
        # types-PyYAML says nothing about the node
        content = loader.construct_document(node) if node else None  # pyright: ignore[reportUnknownMemberType]
    except yaml.MarkedYAMLError as error:
        # Only the position: the message of PyYAML quotes the line, and that may hold a secret.
        mark = error.problem_mark or error.context_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        return [Finding("librechat.yaml", "", f"is not valid YAML{where}")]
    except (yaml.YAMLError, ValueError, RecursionError):
        return [Finding("librechat.yaml", "", "is not valid YAML")]
    below = lint(content)
    found = {item.path for item in below}
    return [item for item in findings if item.path not in found] + below


def _version(content: Mapping[object, object]) -> Iterator[Finding]:
    version = content.get("version")
    if version is None:
        yield finding(("version",), None, "is missing, LibreChat does not start without it")
    elif not isinstance(version, str):
        yield finding(("version",), version, "has to be text, put it in quotes")
    elif not version:
        yield finding(("version",), version, "is empty")


def _sections(content: object, pattern: str, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Mapping[object, object]]]:
    """Yield the mappings that a pattern of `KNOWN_KEYS` matches, with their paths."""
    if not pattern:
        if is_mapping(content):
            yield path, content
        return
    head, _, rest = pattern.partition(".")
    if not is_mapping(content):
        return
    if head == "*":
        for key, value in content.items():
            yield from _sections(value, rest, (*path, str(key)))
        return
    key = head.removesuffix("[]")
    below = content.get(key)
    if key == head:
        yield from _sections(below, rest, (*path, key))
    elif is_list(below):
        for index, item in enumerate(below):
            yield from _sections(item, rest, (*path, key, index))


def _unknown_keys(content: Mapping[object, object]) -> Iterator[Finding]:
    for pattern, known in KNOWN_KEYS.items():
        for path, section in _sections(content, pattern):
            for key in section:
                if key not in known:
                    yield finding((*path, str(key)), None, _unknown_key_rule(str(key), known))


def _unknown_key_rule(key: str, known: frozenset[str]) -> str:
    lower = {name.lower(): name for name in sorted(known)}
    near = difflib.get_close_matches(key.lower(), lower, n=3, cutoff=0.6)
    if near:
        return f"unknown key, did you mean {' or '.join(f'`{lower[name]}`' for name in near)}?"
    return f"unknown key, valid here: {', '.join(f'`{name}`' for name in sorted(known, key=str.lower))}"


def _text_findings(root: yaml.Node) -> Iterator[Finding]:
    """Yield what only the text shows: keys that occur twice, and a version without quotes."""
    waiting: list[tuple[KeyPath, yaml.Node]] = [((), root)]
    visited: set[int] = set()
    while waiting:
        path, node = waiting.pop()
        if id(node) in visited:
            continue
        visited.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += [((*path, index), item) for index, item in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            continue
        seen: set[str] = set()
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            here = (*path, name)
            if name in seen and isinstance(key, yaml.ScalarNode):
                line = key.start_mark.line + 1
                yield finding(here, None, f"the key occurs twice, the second time in line {line}")
            seen.add(name)
            if here == ("version",) and isinstance(value, yaml.ScalarNode) and value.style is None:
                yield finding(here, value.value, "put the version in quotes")
            waiting.append((here, value))
