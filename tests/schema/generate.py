"""Writes components/librechat/config/schema.py from LibreChat's npm package: `make librechat-schema`.

`make generate` does not: it works without Node and without a network.
"""

import json
import textwrap
from collections.abc import Iterable
from typing import Any

from tests.schema.upstream import HERE, describe

ROOT = HERE.parents[1]
SCHEMA = ROOT / "components" / "librechat" / "config" / "schema.py"
VARIABLES = ROOT / "tests" / "unit" / "variables" / "librechat.txt"
PACKAGE = "librechat-data-provider"

SECTIONS = (
    "",
    "actions",
    "endpoints",
    "endpoints.agents",
    "endpoints.all",
    "endpoints.custom[]",
    "endpoints.custom[].customParams",
    "endpoints.custom[].models",
    "fileConfig",
    "fileConfig.endpoints.*",
    "interface",
    "mcpSettings",
    "memory",
    "modelSpecs",
    "modelSpecs.list[]",
    "registration",
)
"""Sections of librechat.yaml whose unknown keys the lint refuses; most of them LibreChat drops without a word."""

TEMPLATE = '''\
"""What LibreChat's own schema of librechat.yaml knows: the version, the keys, the reserved names.

Generated from the npm package {package} {version} by `make librechat-schema`; do not edit it.
"""

# ruff: noqa: SIM905 - words are easier to read and to compare than a list of strings

from collections.abc import Mapping

CONFIG_VERSION = "{config_version}"
"""Version of the configuration format; LibreChat logs a line at start when a file names an older one."""

CURRENT_MODEL = "{current_model}"
"""As `titleModel`: the model of the chat writes its title, so that no second model is loaded."""

USER_PROVIDED = "{user_provided}"
"""As `apiKey` or `baseURL`: every user enters their own."""

TOTAL_SIZE_LIMIT_MB = {total_size_limit}
"""LibreChat's default for all files of one message together, in MB (1 MB = 1,048,576 bytes)."""

RESERVED_ENDPOINT_NAMES = frozenset(
    """
{reserved}
    """.split()
)
"""Names of LibreChat's own endpoints, which a custom endpoint cannot have. Case matters."""

FILE_LIMIT_ENDPOINTS = tuple(
    """
{limited}
    """.split()
)
"""Keys of `fileConfig.endpoints` that together reach every endpoint.

`default` alone is not enough: custom endpoints take the limits of `custom` or else of `agents`, and the rest have
limits of their own that win over `default`.
"""

UNEXPANDED_VARIABLES = frozenset(
    """
{unexpanded}
    """.split()
)
"""Environment variables that LibreChat never puts in the place of `${{NAME}}`: its own secrets."""

KNOWN_KEYS: Mapping[str, frozenset[str]] = {{
{keys}
}}
"""Keys by section. `[]` stands for every item of a list, `*` for every key of a mapping.

Sections that are not named here are left to LibreChat's own schema.
"""
'''


def package_version() -> str:
    """Return the version of the npm package that the schema comes from."""
    return str(json.loads((HERE / "package.json").read_text())["dependencies"][PACKAGE])


def variables() -> list[str]:
    """Return the names of the environment variables that LibreChat reads."""
    return [line for line in VARIABLES.read_text().splitlines() if not line.startswith("#")]


def render(upstream: dict[str, Any]) -> str:
    """Render schema.py.

    Args:
        upstream: What `describe` returns for `SECTIONS` and `variables()`.
    """
    limited = ("default", "custom", *sorted(set(upstream["limitedEndpoints"]) - {"default", "custom"}))
    return TEMPLATE.format(
        package=PACKAGE,
        version=package_version(),
        config_version=upstream["configVersion"],
        current_model=upstream["currentModel"],
        user_provided=upstream["userProvided"],
        total_size_limit=upstream["defaultTotalSizeLimit"],
        reserved=_words(sorted(upstream["reservedNames"]), indent=8),
        limited=_words(limited, indent=8),
        unexpanded=_words(sorted(upstream["unexpanded"]), indent=8),
        keys="\n".join(_section(section, upstream["keys"][section]) for section in SECTIONS),
    )


def _section(section: str, keys: Iterable[str]) -> str:
    """Return an entry of `KNOWN_KEYS`."""
    return f'    "{section}": frozenset(\n        """\n{_words(keys, indent=12)}\n        """.split()\n    ),'


def _words(words: Iterable[str], *, indent: int) -> str:
    """Return words as lines of a text."""
    margin = " " * indent
    return textwrap.fill(" ".join(words), 110, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)


def main() -> None:
    """Write schema.py."""
    SCHEMA.write_text(render(describe(sections=SECTIONS, variables=variables())))


if __name__ == "__main__":
    main()
