"""The versions of engine and plugins that fit the project."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import yaml
from semver import Version

from sandbox.project import PROJECT_FILES, project_directory

PROVIDERS = ("kubernetes", "random")
"""Packages that have a stand-in for their provider plugin."""


def required_engine(project: Path | None = None) -> str:
    """Return ``requiredPulumiVersion`` of the project file, a range of versions; empty if it has none.

    Args:
        project: Folder of the project. Default: that of the project around the current folder.
    """
    folder = project or project_directory()
    file = next((folder / name for name in PROJECT_FILES if (folder / name).is_file()), None)
    settings: dict[str, object] = (yaml.safe_load(file.read_text()) if file else None) or {}
    return str(settings.get("requiredPulumiVersion") or "")


def satisfies(found: Version, wanted: str) -> bool:
    """Return whether a version satisfies a range in Pulumi's syntax, such as ``>=3.219.0 <4.0.0``.

    Args:
        found: The version.
        wanted: Range; empty for any version. Bounds are separated by spaces or commas, alternatives by
            ``||``.
    """
    alternatives = [part.replace(",", " ").split() for part in wanted.split("||")]
    return any(_all_hold(found, bounds) for bounds in alternatives)


def _all_hold(found: Version, bounds: Iterable[str]) -> bool:
    return all(found.match(_comparison(bound)) for bound in bounds)


def _comparison(bound: str) -> str:
    """Return a bound in the syntax of semver: with an operator, and with all three numbers."""
    operator = bound[: len(bound) - len(bound.lstrip("<>=!"))]
    numbers = bound[len(operator) :].lstrip("v").split(".")
    spelled = {"": "==", "=": "==", "!": "!="}.get(operator, operator)
    return f"{spelled}{'.'.join([*numbers, '0', '0'][:3])}"


def sdk_version(package: str = "") -> str:
    """Return the version, without ``v``, of Pulumi's installed Python SDK or of a provider package's.

    The plugin of a provider must have the version of its SDK.
    """
    return version(f"pulumi-{package}" if package else "pulumi")


def wanted_providers() -> tuple[str, ...]:
    """Return the packages of ``PROVIDERS`` whose SDK is installed: a program can use no others."""
    return tuple(filter(_has_sdk, PROVIDERS))


def _has_sdk(package: str) -> bool:
    try:
        sdk_version(package)
    except PackageNotFoundError:
        return False
    return True
