"""The writer of librechat.yaml: from plain data to YAML text."""

from collections.abc import Mapping

import yaml


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
    """Return librechat.yaml: keys in the given order, one newline at the end, equal text for equal content.

    Raises:
        yaml.representer.RepresenterError: The content holds something other than plain values.
    """
    return _dump(dict(content))


def quoted(text: str) -> str:
    """Return text as `to_yaml` writes it where it needs quotes, as every URL does."""
    return _dump(text).rstrip("\n")


def _dump(value: object) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))
