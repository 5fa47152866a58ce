"""Pulumi programs: this project's and those of benchmarks/programs."""

import gzip
import json
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.commands import Done, run
from benchmarks.contenders.base import IMAGES, StateSize
from benchmarks.errors import BenchmarkError
from benchmarks.lines import written_lines
from cli.data import is_list, is_mapping
from sandbox.engine.engine import Engine

PROJECT = Path(__file__).resolve().parents[2]
PROGRAMS = PROJECT / "benchmarks" / "programs"
_LINKED = ("components", "sandbox", "pyproject.toml", "requirements.txt", "uv.lock", ".venv")
_NO_CHANGES_EXPECTED = 7
_UP = ("up", "--yes", "--skip-preview")
CREDENTIALS = ("JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY", "CREDS_IV")


class PulumiProject:
    """One program as a stack in its own directory, with its own file backend.

    Args:
        directory: Its directory; existing contents are reused.
        program: Folder with Pulumi.yaml and __main__.py.
        engine: The engine.
    """

    def __init__(self, directory: Path, program: Path, engine: Engine) -> None:
        self.directory = directory
        self._engine = engine
        directory.mkdir(parents=True, exist_ok=True)
        for file in ("Pulumi.yaml", "__main__.py"):
            shutil.copyfile(program / file, directory / file)
        self.name = str(yaml.safe_load((directory / "Pulumi.yaml").read_text())["name"])
        for file in _LINKED:
            link = directory / file
            if (PROJECT / file).exists() and not link.is_symlink():
                link.symlink_to(PROJECT / file)
        self.backend = directory.parent / f"{directory.name}.state"
        self.backend.mkdir(exist_ok=True)
        passphrase = directory.parent / "passphrase"
        if not passphrase.exists():
            passphrase.touch(0o600)
            passphrase.write_text(secrets.token_hex(16))
        self.env = {
            **engine.env({key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}),
            "PULUMI_BACKEND_URL": self.backend.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase),
            "PULUMI_DIY_BACKEND_GZIP": "true",  # as in the commands of this project
        }

    @property
    def stack_file(self) -> Path:
        """The stack file."""
        return self.directory / "Pulumi.bench.yaml"

    @property
    def checkpoint(self) -> Path:
        """The stack's state as stored by the file backend."""
        return self.backend / ".pulumi" / "stacks" / self.name / "bench.json.gz"

    def configure(self, settings: Mapping[str, Any], secret_settings: Sequence[str] = ()) -> None:
        """Write the stack file; secret settings get generated values, which are stored encrypted only."""
        if not self.checkpoint.exists():
            self.pulumi("stack", "init", "bench", stack=False)
        document: dict[str, Any] = yaml.safe_load(self.stack_file.read_text()) if self.stack_file.exists() else {}
        config: dict[str, Any] = document.get("config") or {}
        config.update({f"{self.name}:{key}": value for key, value in settings.items()})
        document["config"] = config
        self.stack_file.write_text(yaml.safe_dump(document))
        for key in secret_settings:
            if f"{self.name}:{key}" not in config:
                command = [self._engine.pulumi, "config", "set", "--secret", "--stack", "bench", key]
                run(command, self.directory, self.env, stdin=secrets.token_hex(16))

    def set_toolchain(self, toolchain: str) -> None:
        """Choose `uv` like this project, or `pip` like `pulumi new kubernetes-python`."""
        file = self.directory / "Pulumi.yaml"
        document = yaml.safe_load(file.read_text())
        document["runtime"]["options"]["toolchain"] = toolchain
        file.write_text(yaml.safe_dump(document, sort_keys=False))

    def pulumi(self, *arguments: str, stack: bool = True, expected: Sequence[int] = (0,)) -> Done:
        """Run the engine."""
        words = [self._engine.pulumi, *arguments, "--non-interactive", *(("--stack", "bench") if stack else ())]
        return run(words, self.directory, self.env, expected=expected)

    def state(self) -> StateSize:
        """Measure the checkpoint."""
        return StateSize(self.checkpoint.stat().st_size, len(self.resources()), len(self._plain()))

    def resources(self) -> list[dict[str, Any]]:
        """Resources in the state."""
        if not self.checkpoint.exists():
            return []
        latest: dict[str, Any] = json.loads(self._plain())["checkpoint"]["latest"] or {}
        return list(latest.get("resources", []))

    def _plain(self) -> bytes:
        return gzip.decompress(self.checkpoint.read_bytes())


class Pulumi:
    """A Pulumi program as a contender.

    Args:
        name: Name of the contender.
        series: Its series.
        project: The program.
        files: Files that a person writes.
    """

    def __init__(self, name: str, series: str, project: PulumiProject, files: Sequence[Path]) -> None:
        self.name = name
        self.series = series
        self.project = project
        self.lines = written_lines(files)

    def up(self) -> None:
        """Deploy."""
        self.project.pulumi(*_UP)

    def plan(self) -> None:
        """Preview."""
        self.project.pulumi("preview", "--expect-no-changes")

    def refreshed_plan(self) -> bool | None:
        """Preview with a refresh."""
        done = self.project.pulumi("preview", "--refresh", "--expect-no-changes", expected=(0, _NO_CHANGES_EXPECTED))
        return done.status != 0

    def apply(self) -> None:
        """Deploy with a refresh."""
        self.project.pulumi(*_UP, "--refresh")

    def change_image(self, image: str) -> None:
        """Set the image and deploy."""
        self.configure_image(image)
        self.project.pulumi(*_UP)

    def configure_image(self, image: str) -> None:
        """Set the image."""
        self.project.configure({"image": image})

    def rollback(self) -> None:
        """Restore the setting and deploy, as after a `git revert`."""
        self.change_image(IMAGES[0])

    def destroy(self) -> None:
        """Destroy."""
        self.project.pulumi("destroy", "--yes", "--skip-preview")

    def state(self) -> StateSize | None:
        """Measure the checkpoint."""
        return self.project.state()


class Native(Pulumi):
    """This project's own program with the settings of a stack."""

    def configure_image(self, image: str) -> None:
        """Set `ollama.image`."""
        key = f"{self.project.name}:ollama"
        ollama = yaml.safe_load(self.project.stack_file.read_text())["config"][key]
        self.project.configure({"ollama": {**ollama, "image": image}})


def native(directory: Path, engine: Engine, kubeconfig: Path) -> Native:
    """Return this project with the settings of stack `dev` as a contender."""
    own = PROJECT / "Pulumi.dev.yaml"
    project = PulumiProject(directory, PROJECT, engine)
    config = yaml.safe_load(own.read_text())["config"]
    settings = {key.partition(":")[2]: value for key, value in config.items()}
    settings |= {"kubeconfig": str(kubeconfig), "context": "sandbox"}
    settings["ollama"] = {**settings["ollama"], "image": IMAGES[0]}
    project.configure(settings)
    return Native("pulumi full", "full", project, [own])


def baseline(directory: Path, engine: Engine, kubeconfig: Path) -> Pulumi:
    """Return the eight objects of the baseline as a contender."""
    program = PROGRAMS / "baseline"
    project = PulumiProject(directory, program, engine)
    settings = {"kubeconfig": str(kubeconfig), "context": "sandbox", "image": IMAGES[0]}
    project.configure(settings, CREDENTIALS)
    return Pulumi("pulumi", "baseline", project, [program / "__main__.py"])


def empty(directory: Path, engine: Engine) -> Pulumi:
    """Return the empty program as a contender."""
    program = PROGRAMS / "empty"
    project = PulumiProject(directory, program, engine)
    project.configure({})
    return Pulumi("pulumi empty", "empty", project, [program / "__main__.py"])


def object_count(resources: Sequence[Mapping[str, Any]]) -> int:
    """Count the Kubernetes objects among the resources of a state."""
    return sum(1 for found in resources if str(found["type"]).startswith("kubernetes:"))


def manifests(project: PulumiProject) -> list[dict[str, Any]]:
    """Return the objects of a deployed program as plain manifests, namespaces first, with other credentials.

    Raises:
        BenchmarkError: The program is not deployed.
    """
    exported = project.pulumi("stack", "export", "--show-secrets").output
    resources = json.loads(exported)["deployment"].get("resources", [])
    found = [plain(entry["inputs"]) for entry in resources if str(entry["type"]).startswith("kubernetes:")]
    if not found:
        raise BenchmarkError("nothing is deployed that could be exported")
    for manifest in found:
        for part in ("data", "stringData"):
            if manifest["kind"] == "Secret" and part in manifest:
                manifest[part] = {key: secrets.token_hex(16) for key in manifest[part]}
    first = ("Namespace", "PriorityClass")
    return sorted(found, key=lambda manifest: manifest["kind"] not in first)


def plain(value: Any) -> Any:
    """Return an exported value without markers of secrets and without annotations that only Pulumi reads."""
    if is_mapping(value):
        if "plaintext" in value and len(value) == 2:  # noqa: PLR2004 - the marker and the value
            return json.loads(value["plaintext"])
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if is_list(value) else value
