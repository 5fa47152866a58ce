"""The objects that a stack's settings declare, from a run of the program without engine and cluster."""

import os
import runpy
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pulumi
import yaml

from cli.data import is_list, is_mapping
from cli.errors import CommandError
from cli.project import NAME, PROJECT, StackFile
from cli.recording import Recording, engine_config, run
from components.settings.key_paths import render_path

_PLACEHOLDERS = {
    "mongodb.external.uri": "mongodb://encrypted:encrypted@encrypted.invalid:27017/LibreChat",
    "librechat.redis.uri": "redis://encrypted.invalid:6379",
}
"""Placeholders of encrypted settings that must have a valid form; only the engine can decrypt them."""

_PLACEHOLDER = "encrypted-and-not-shown-here"


def encrypted_paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[str]:
    """Return the key paths of the encrypted settings in a stack file."""
    if is_mapping(value):
        if set(value) == {"secure"}:
            yield render_path(path)
        else:
            for key, entry in value.items():
                yield from encrypted_paths(entry, (*path, key))
    elif is_list(value):
        for index, entry in enumerate(value):
            yield from encrypted_paths(entry, (*path, index))


def _readable(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    if is_mapping(value):
        if set(value) == {"secure"}:
            return _PLACEHOLDERS.get(render_path(path), _PLACEHOLDER)
        return {key: _readable(entry, (*path, key)) for key, entry in value.items()}
    if is_list(value):
        return [_readable(entry, (*path, index)) for index, entry in enumerate(value)]
    return value


def render(stack: StackFile, changes: Mapping[str, Any] | None = None) -> Recording:
    """Run the program with a stack's settings and return what it registers.

    Encrypted settings and generated credentials are placeholders: secrets are marked as such, but their values are not
    real. The cluster is not contacted, so the kubeconfig need not exist.

    Args:
        stack: The stack.
        changes: Settings that replace the stack's own, by top-level key.

    Raises:
        CommandError: The settings are invalid. The message has every finding.
    """
    config = {**_readable(stack.config), **(changes or {}), "kubeconfig": ""}
    secret = {key for key, value in stack.config.items() if any(encrypted_paths(value))}
    try:
        with _kubeconfig(str(config.get("context") or "")):
            return run(
                lambda: runpy.run_path(os.fspath(PROJECT / "__main__.py")) and None,
                engine_config({f"{NAME}:{key}": value for key, value in config.items()}),
                frozenset(f"{NAME}:{key}" for key in secret),
                stack.name,
            )
    except pulumi.RunError as error:
        raise CommandError(str(error)) from error


@contextmanager
def _kubeconfig(context: str) -> Generator[None]:
    """Point KUBECONFIG to a file that has only the context, because the program refuses a missing one."""
    before = os.environ.get("KUBECONFIG")
    with tempfile.TemporaryDirectory() as folder:
        name = context or "current"
        document = {"apiVersion": "v1", "kind": "Config", "current-context": name, "contexts": [{"name": name}]}
        file = Path(folder, "kubeconfig")
        file.write_text(yaml.safe_dump(document))
        os.environ["KUBECONFIG"] = os.fspath(file)
        try:
            yield
        finally:
            del os.environ["KUBECONFIG"]
            if before is not None:
                os.environ["KUBECONFIG"] = before
