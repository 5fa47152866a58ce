"""The program and its stack files, as the engine would run them."""

import functools
import json
import os
import runpy
from pathlib import Path
from typing import Any

import yaml

from components import LibreChat, Ollama
from components.librechat.settings import LibreChatSettings
from components.ollama.settings import OllamaSettings
from components.settings.base import Section
from tests.unit.recording import PROJECT, Recording, engine_config, run

ROOT = Path(__file__).resolve().parents[2]
PROJECT_FILE: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
STACKS = sorted(file.name.split(".")[1] for file in ROOT.glob("Pulumi.*.yaml"))
KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "minikube",
    "contexts": [{"name": name} for name in ("minikube", "production", "sandbox", "staging")],
}


CONNECTED: dict[str, Any] = {
    "namespace": "librechat",
    "ollama": [{"base_url": "http://ollama.ollama.svc.cluster.local:11434", "models": ["llama3.2:3b"]}],
    "mongodb": {"uri": "mongodb://librechat:hunter2@librechat-mongodb:27017/LibreChat"},
}
"""What LibreChat is wired to where it runs alone."""


def as_args(settings: Section, **others: Any) -> Any:
    """The args of a component for settings that were checked already, as a user would write them."""
    return {**{key: getattr(settings, key) for key in type(settings).model_fields if key != "pools"}, **others}


def defaults() -> dict[str, Any]:
    """What Pulumi.yaml says for every key; the engine puts it below the stack's own values."""
    return {f"{PROJECT}:{key}": entry["default"] for key, entry in PROJECT_FILE["config"].items()}


def stack_config(stack: str) -> dict[str, Any]:
    """What a stack file says."""
    return dict(yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"])


def in_project(**settings: Any) -> dict[str, Any]:
    """Settings below the name of the project, as in a stack file."""
    return {f"{PROJECT}:{key}": value for key, value in settings.items()}


def execute(
    config: dict[str, Any],
    folder: Path,
    *,
    stack: str = "test",
    secret_keys: frozenset[str] = frozenset(),
) -> Recording:
    """Run the real `__main__.py` with the defaults of Pulumi.yaml and the given values.

    folder: an empty one, where every kubeconfig that a stack asks for is written.
    """
    values = {**defaults(), **config}
    setting = values[f"{PROJECT}:kubeconfig"]
    file = folder / (setting or "kubeconfig")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(KUBECONFIG))
    before, here = os.environ.get("KUBECONFIG"), Path.cwd()
    os.environ["KUBECONFIG"] = os.fspath(folder / "kubeconfig")
    os.chdir(folder)
    try:
        return run(
            lambda: runpy.run_path(os.fspath(ROOT / "__main__.py")) and None,
            engine_config(values),
            secret_keys,
            stack,
        )
    finally:
        os.chdir(here)
        del os.environ["KUBECONFIG"]
        if before is not None:
            os.environ["KUBECONFIG"] = before


@functools.cache
def executed(settings: str, folder: Path, stack: str, secret_keys: frozenset[str]) -> Recording:
    """Run the program with settings, once for all tests: nobody changes a recording.

    settings: those below the name of the project, as JSON.
    """
    return execute(in_project(**json.loads(settings)), folder, stack=stack, secret_keys=secret_keys)


def ollama(**settings: Any) -> Recording:
    """Run the component Ollama alone, with settings as in a stack file: a fifth of the time of the program."""
    args = as_args(OllamaSettings.model_validate(settings), namespace="ollama")
    return run(lambda: Ollama("ollama", args) and None)


def librechat(**settings: Any) -> Recording:
    """Run the component LibreChat alone, with settings as in a stack file."""
    args = as_args(LibreChatSettings.model_validate(settings), **CONNECTED)
    return run(lambda: LibreChat("librechat", args) and None)


@functools.cache
def recorded(stack: str, folder: Path) -> Recording:
    """Run the program for a stack file, once."""
    return execute(stack_config(stack), folder, stack=stack)
