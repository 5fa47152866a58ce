"""Every environment variable that the program sets is read by something: a name that nothing reads does nothing."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.stack.settings import images
from tests.unit.snapshots import FOLDER

TABLES = Path(__file__).parent / "variables"
IMAGE_TABLES = {
    "ollama": "ollama",
    "ollama-rocm": "ollama",
    "librechat": "librechat",
    "mongodb": "mongodb",
    "rclone": "rclone",
    "meilisearch": "meilisearch",
    "nginx": None,
    "valkey": None,
}
"""The table of each image; None where only our own script reads variables."""
ELSEWHERE = {
    ("librechat", "NODE_OPTIONS"): "Node reads it",
    ("librechat", "OLLAMA_BASE_URL"): "for `${OLLAMA_BASE_URL}` in `librechat.config`, as in the Terraform project",
    ("ollama", "NVIDIA_VISIBLE_DEVICES"): "the NVIDIA container runtime reads it",
    ("rclone", "HOME"): "Go reads it",
    ("mongodb", "HOME"): "the MongoDB tools and mongosh read it",
    ("meilisearch", "MEILI_UPGRADE_DB"): "the name since v1.51 of MEILI_EXPERIMENTAL_DUMPLESS_UPGRADE",
}
"""Variables that neither a table nor a script has, by image or table, with who reads them."""


def table(name: str) -> frozenset[str]:
    lines = (TABLES / f"{name}.txt").read_text().splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


KNOWN = {name: table(of) if of else frozenset[str]() for name, of in IMAGE_TABLES.items()}


def containers(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every container below a value, those of a Helm release's values too."""
    if isinstance(value, dict):
        if "image" in value and "env" in value and "name" in value:
            yield value
        for below in value.values():
            yield from containers(below)
    elif isinstance(value, list):
        for below in value:
            yield from containers(below)


def image_of(container: dict[str, Any]) -> str:
    reference = container["image"]
    (name,) = [name for name, image in images().items() if reference.endswith(f"{image.repository}:{image.tag}")]
    return name


def scripts(resources: list[dict[str, Any]], container: dict[str, Any]) -> str:
    """Return what a container runs: its own command, and the scripts of the ConfigMaps beside it."""
    maps = [resource["inputs"] for resource in resources if resource["inputs"].get("kind") == "ConfigMap"]
    texts = [text for entry in maps for key, text in entry.get("data", {}).items() if not key.endswith(".yaml")]
    return "\n".join([*container.get("command", []), *container.get("args", []), *texts])


def unread(snapshot: Path) -> Iterator[str]:
    resources = yaml.safe_load(snapshot.read_text())["resources"]
    for container in containers(resources):
        image = image_of(container)
        text = scripts(resources, container)
        for name in (variable["name"] for variable in container["env"]):
            known = name in KNOWN[image] or (image, name) in ELSEWHERE
            known = known or (IMAGE_TABLES[image], name) in ELSEWHERE
            if not known and not re.search(rf"\b{name}\b", text):
                yield f"{container['name']} ({image}): {name}"


@pytest.mark.parametrize("snapshot", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_variable_is_read_by_something(snapshot: Path) -> None:
    assert sorted(set(unread(snapshot))) == []


def test_what_a_chart_gets_is_read_too() -> None:
    """A release has LibreChat's variables as a mapping, with those of npm, which the chart's command starts."""
    resources = yaml.safe_load((FOLDER / "external.yaml").read_text())["resources"]
    (values,) = [
        resource["inputs"]["values"] for resource in resources if "librechat" in resource["inputs"].get("values", {})
    ]
    names = set(values["librechat"]["configEnv"])
    read = KNOWN["librechat"] | {name for image, name in ELSEWHERE if image == "librechat"}
    assert {name for name in names - read if not name.lower().startswith("npm_config_")} == set()


def test_the_tables_say_where_they_are_from() -> None:
    for path in TABLES.glob("*.txt"):
        lines = path.read_text().splitlines()
        names = [line for line in lines if not line.startswith("#")]
        assert lines[0].startswith("# Names of the environment variables"), path.name
        assert names == sorted(set(names)), path.name
        assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*", name) for name in names), path.name


@pytest.mark.parametrize("image", sorted(name for name, of in IMAGE_TABLES.items() if of))
def test_a_table_is_of_the_pinned_version(image: str) -> None:
    """An upgrade of an image asks for a look at the names, so that none of them is left behind."""
    path = TABLES / f"{IMAGE_TABLES[image]}.txt"
    head = "".join(line for line in path.read_text().splitlines() if line.startswith("#"))
    version = images()[image].tag.removeprefix("v").removesuffix("-rocm")
    # One entrypoint, and one list of options, for each minor version.
    wanted = version.rpartition(".")[0] if image in {"mongodb", "rclone"} else version
    assert re.search(rf"(?<![\d.]){re.escape(wanted)}(?!\d)", head)


def test_a_name_that_nothing_reads_is_found(tmp_path: Path) -> None:
    text = (FOLDER / "two-servers.yaml").read_text()
    assert text.count("- name: NO_INDEX") == 2
    changed = tmp_path / "changed.yaml"
    changed.write_text(text.replace("- name: NO_INDEX", "- name: MEILI_NO_ANALYTICS"))
    names = {"create-admin", "librechat"}
    assert set(unread(changed)) == {f"{name} (librechat): MEILI_NO_ANALYTICS" for name in names}
