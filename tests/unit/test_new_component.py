"""A new component needs its own package, a field in the settings, and a place in `__main__.py`: nothing else knows it.

The component of this test has a volume and a generated Secret. Its package is this module; its field is in a subclass
of the settings; its place is appended to the program.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from pulumi.provider.experimental.analyzer import Analyzer

import components.stack.configuration
import components.stack.settings
from cli import architecture
from cli import generate as generation
from components.component import Component
from components.context import CommonArgs, Context
from components.credentials import password
from components.definition import Containers, Data, DataObject, Definition, claim, generated, left_out
from components.images import Image
from components.settings.base import Section
from components.settings.findings import Finding
from components.settings.validation import validate
from components.stack.data.changes import refused_changes
from components.stack.data.deployed import DeployedStack, from_state
from components.stack.data.objects import data_objects
from components.stack.quota import hard_limits
from components.stack.rules import check
from components.stack.settings import CLUSTER, Settings
from components.workload.settings import Resources, Storage, resources
from components.workload.workload import Workload
from tests.unit import programs
from tests.unit.recording import Recording, engine_config, run

# --- its package ------------------------------------------------------------------------------------------------

IMAGE = Image("docker.io", "library/notes", "1.2.3")


class NotesSettings(Section):
    """Settings of Notes."""

    enabled: bool = False
    """Whether there is a server for notes."""
    existing_secret: str = ""
    """Secret with the password; empty to generate it."""
    image: str = ""
    """Image with its tag; empty for the pinned one."""
    resources: Resources = resources(cpu="3", memory="7Gi", memory_limit="7Gi")
    """CPU and memory."""
    storage: Storage = Storage()
    """Volume of the notes."""


def _check(settings: NotesSettings, prefix: str) -> Iterator[Finding]:
    if settings.storage.size == "13Gi":
        yield Finding(f"{prefix}storage.size", '"13Gi"', "is an unlucky number")


def _containers(settings: NotesSettings) -> Iterator[Containers]:
    if settings.enabled:
        yield Containers("notes", 1, settings.resources)


def _objects(settings: NotesSettings) -> Iterator[DataObject]:
    if settings.enabled:
        yield from claim("notes", settings.storage, "notes")
        yield from generated("notes", "password")


NOTES = Definition(
    kind="Notes",
    namespace="librechat",
    images={"notes": IMAGE},
    check=_check,
    containers=_containers,
    data=Data(objects=_objects, cause=lambda s, gone: left_out("notes", gone, s.storage, s.existing_secret)),
)


class NotesArgs(CommonArgs):
    """Args of `Notes`."""


class Notes(Component):
    """A server for notes."""

    secret_name: pulumi.Output[str]
    """Name of the Secret with the password."""

    def __init__(self, name: str, args: NotesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Notes", name, opts)
        context = Context.from_args(args)
        workload = Workload(name="notes", component="notes", resource_name=name, parent=self, context=context)
        secret = password(f"{name}-password", parent=self, protected=context.data_protection)
        self.secret_name = workload.secret({"PASSWORD": secret}, data=True)
        workload.volume_claim("notes-data", Storage())
        k8s.core.v1.ConfigMap(f"{name}-config", metadata=workload.metadata(), opts=workload.options())
        self.register_outputs({"secret_name": self.secret_name})


# --- its line in the registry, and its place in the program -----------------------------------------------------


class WithNotes(Settings):
    """Everything that a stack file can say, and notes."""

    notes: Annotated[NotesSettings, NOTES] = NotesSettings()
    """Notes of people."""


PLACE = """
if settings.notes.enabled:
    notes = Notes("notes", {"namespace": chat.namespace_name}, opts=stack.inside(chat))
    secrets["notes"] = notes.secret_name
"""


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the subclass where the modules look for the settings."""
    for module in (components.stack.settings, components.stack.configuration, generation, architecture):
        monkeypatch.setattr(module, "Settings", WithNotes)
    components.stack.settings.components.cache_clear()
    yield
    monkeypatch.undo()
    components.stack.settings.components.cache_clear()


def settings(**values: Any) -> WithNotes:
    found, findings = validate(WithNotes, {"notes": {"enabled": True, **values}})
    assert not findings
    return found


def program(folder: Path, **notes: Any) -> Recording:
    """Run `__main__.py` with the place of the component in it."""
    text = (programs.ROOT / "__main__.py").read_text()
    text = text.replace("# Outputs\n", f"{PLACE}\n# Outputs\n")
    assert PLACE in text
    values = {**programs.defaults(), **programs.in_project(notes={"enabled": True, **notes})}
    (folder / "kubeconfig").write_text('{"contexts": [{"name": "c"}], "current-context": "c"}')
    return run(lambda: exec(compile(text, "__main__.py", "exec"), {"Notes": Notes}), engine_config(values))  # noqa: S102


@pytest.fixture
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recording:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    return program(tmp_path)


def state(recording: Recording) -> DeployedStack:
    return from_state(
        {
            found.urn: {"outputs": {"metadata": found.metadata, "spec": found.inputs.get("spec", {})}}
            for found in recording.resources
            if found.custom
        }
    )


# --- what knows it ----------------------------------------------------------------------------------------------


def test_its_data_is_what_the_program_registers(recording: Recording) -> None:
    planned = {name: found for name, found in data_objects(settings()).items() if found.owner == "notes"}
    assert set(planned) == {"notes-data", "notes-password", "notes-secret"}
    assert {found.name for found in state(recording).of("notes")} == set(planned)
    assert recording.exports["secrets"]["notes"] == "notes"


def test_its_data_is_not_lost_unasked(recording: Recording) -> None:
    deployed = state(recording)
    gone = settings(storage={"existingClaim": "other"})

    def refused(found: Settings) -> list[str]:
        findings = refused_changes(deployed, found, {}, Path("/nowhere"))
        return [finding.path for finding in findings if finding.path != "context"]

    assert refused(settings()) == []
    assert refused(gone) == ["notes.storage.existingClaim"]
    allowed, findings = validate(WithNotes, {**gone.model_dump(by_alias=True), "allowDataLoss": ["notes"]})
    assert findings == []
    assert refused(allowed) == []


def test_it_can_be_named_in_allow_data_loss() -> None:
    _, findings = validate(Settings, {"allowDataLoss": ["note"]})
    (finding,) = findings
    assert all(name in finding.rule for name in ("notes", "mongodb", CLUSTER))


def test_the_quota_has_room_for_it() -> None:
    without, findings = validate(WithNotes, {})
    assert not findings
    before, after = (hard_limits(found, "librechat") for found in (without, settings()))
    assert int(after["pods"]) == int(before["pods"]) + 2
    assert after["requests.cpu"] != before["requests.cpu"]
    assert after["requests.memory"] != before["requests.memory"]


def test_the_rules_on_resources_hold_for_it() -> None:
    low = {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}
    assert "notes.resources.limits.cpu" in [finding.path for finding in check(settings(resources=low))]
    unlimited = {"limits": {"memory": ""}}
    assert "notes.resources.limits.memory" in [finding.path for finding in check(settings(resources=unlimited))]


def test_its_own_rules_are_checked() -> None:
    assert [finding.path for finding in check(settings(storage={"size": "13Gi"}))] == ["notes.storage.size"]


def test_its_image_is_known() -> None:
    assert components.stack.settings.images()["notes"] == IMAGE


def test_the_generated_files_have_it() -> None:
    args = generation.render_args()
    assert "class NotesSettingsArgs(TypedDict" in args
    assert generation.config_schema()["notes"] == {"type": "object", "description": "Notes of people.", "default": {}}
    page = generation.render_page()
    assert re.search(r"^\| `notes.existingSecret` \|.*generate it", page, re.MULTILINE)
    assert "## notes" in page


def test_the_table_of_components_has_it(recording: Recording) -> None:
    (row,) = [line for line in architecture.component_table(recording).splitlines() if "| Notes `notes`" in line]
    assert "`docker.io/library/notes:1.2.3`" in row
    assert "| `notes` |" in row
    assert "PersistentVolumeClaim `notes-data`" in row
    assert architecture.layer_of("notes") == "applications"


def test_other_languages_can_use_it() -> None:
    definition = Analyzer("ollama-librechat").analyze([Notes])["component_definitions"]["Notes"]
    assert definition.inputs["namespace"].optional is False


def test_nothing_but_its_package_names_it() -> None:
    """Guards the words above: whoever lists components by name has to be found by this test."""
    other = re.compile(r"\bvalkey\b", re.IGNORECASE)
    naming = {
        path.relative_to(programs.ROOT).as_posix()
        for folder in ("components", "cli", "policies")
        for path in (programs.ROOT / folder).rglob("*.py")
        if other.search(path.read_text())
    }
    outside = {name for name in naming if not name.startswith(("components/valkey/", "components/librechat/"))}
    assert outside == {
        "components/__init__.py",  # public names
        "components/args.py",  # generated
        "components/stack/program.py",  # who may connect to it
        "components/stack/rules.py",  # an existing Secret of LibreChat needs one of Valkey
        "components/stack/settings.py",  # the registry
    }
