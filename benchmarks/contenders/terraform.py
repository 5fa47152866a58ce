"""Terraform with its Kubernetes provider."""

import json
import os
import platform
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmarks.commands import Done, run
from benchmarks.contenders.base import IMAGES, StateSize
from benchmarks.lines import written_lines

CONFIGURATIONS = Path(__file__).resolve().parents[1] / "terraform"
PROVIDER = "terraform-provider-kubernetes"
_CHANGES = 2


def provider_mirror(executable: Path, version: str, directory: Path) -> Path:
    """Create a directory for `terraform init -plugin-dir` with a provider's executable."""
    machine = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
    system = f"{platform.system().lower()}_{machine}"
    folder = directory / "registry.terraform.io" / "hashicorp" / "kubernetes" / version / system
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / f"{PROVIDER}_v{version}"
    if not link.is_symlink():
        link.symlink_to(executable)
    return directory


def find_provider(environ: Mapping[str, str] = os.environ) -> tuple[Path, str] | None:
    """Find `terraform-provider-kubernetes_v<version>` on PATH, and return it with its version."""
    for part in environ.get("PATH", "").split(os.pathsep):
        for file in sorted(Path(part).glob(f"{PROVIDER}_v*"), reverse=True) if part else ():
            return file, file.name.partition("_v")[2].partition("_")[0]
    return None


class TerraformProject:
    """One configuration in its own directory.

    Args:
        directory: Its directory.
        configuration: Name of the folder in benchmarks/terraform.
        variables: Values of its variables, without credentials.
        plugins: Directory with the provider; None for Terraform's registry.
    """

    def __init__(self, directory: Path, configuration: str, variables: Mapping[str, str], plugins: Path | None) -> None:
        self.directory = directory
        self.files = sorted((CONFIGURATIONS / configuration).glob("*.tf"))
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in self.files:
            shutil.copyfile(file, directory / file.name)
        self.variables = dict(variables)
        self._env = {**os.environ, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "TF_INPUT": "0"}
        # The user's own CLI configuration may redirect the provider's source.
        self._env.pop("TF_CLI_CONFIG_FILE", None)
        if not (directory / ".terraform").exists():
            offline = [f"-plugin-dir={plugins}"] if plugins else []
            self.terraform("init", "-input=false", *offline)

    def credentials(self, names: tuple[str, ...]) -> None:
        """Write generated credentials to terraform.tfvars."""
        file = self.directory / "terraform.tfvars"
        if not file.exists():
            file.touch(0o600)
            file.write_text("".join(f'{name} = "{secrets.token_hex(16)}"\n' for name in names))

    def terraform(self, *arguments: str, expected: tuple[int, ...] = (0,)) -> Done:
        """Run Terraform."""
        env = {**self._env, **{f"TF_VAR_{key}": value for key, value in self.variables.items()}}
        return run(["terraform", *arguments], self.directory, env, expected=expected)

    @property
    def state_file(self) -> Path:
        """The state file."""
        return self.directory / "terraform.tfstate"


class Terraform:
    """A Terraform configuration as a contender."""

    def __init__(self, name: str, series: str, project: TerraformProject) -> None:
        self.name = name
        self.series = series
        self.project = project
        self.lines = written_lines(project.files)

    def up(self) -> None:
        """Apply; the provider waits for rollouts."""
        self.project.terraform("apply", "-auto-approve", "-no-color")

    def plan(self) -> None:
        """Plan, which always refreshes."""
        self._plan()

    def refreshed_plan(self) -> bool | None:
        """Plan."""
        return self._plan() == _CHANGES

    def _plan(self) -> int:
        command = ("plan", "-detailed-exitcode", "-no-color", "-lock=false")
        return self.project.terraform(*command, expected=(0, _CHANGES)).status

    def apply(self) -> None:
        """Apply."""
        self.up()

    def change_image(self, image: str) -> None:
        """Set the variable and apply."""
        self.project.variables["image"] = image
        self.up()

    def rollback(self) -> None:
        """Restore the variable and apply, as after a `git revert`."""
        self.change_image(IMAGES[0])

    def destroy(self) -> None:
        """Destroy."""
        self.project.terraform("destroy", "-auto-approve", "-no-color")

    def state(self) -> StateSize | None:
        """Measure the state file."""
        text = self.project.state_file.read_text()
        instances = sum(len(entry["instances"]) for entry in json.loads(text)["resources"])
        return StateSize(len(text.encode()), instances)


def baseline(directory: Path, kubeconfig: Path, plugins: Path | None) -> Terraform:
    """Return the eight objects of the baseline as a contender."""
    variables = {"kubeconfig": str(kubeconfig), "context": "sandbox", "image": IMAGES[0]}
    project = TerraformProject(directory, "baseline", variables, plugins)
    project.credentials(("jwt_secret", "jwt_refresh_secret", "creds_key", "creds_iv"))
    return Terraform("terraform", "baseline", project)


def empty(directory: Path, plugins: Path | None) -> Terraform:
    """Return a configuration without resources as a contender."""
    return Terraform("terraform empty", "empty", TerraformProject(directory, "empty", {}, plugins))
