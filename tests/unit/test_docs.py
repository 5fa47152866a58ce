"""The pages: links lead somewhere, commands and settings exist, examples run, tables agree with the program."""

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from components.exposure.controllers import CONTROLLERS
from components.settings.key_paths import section_of
from components.stack.settings import Settings
from tests.unit import programs
from tests.unit.recording import PROJECT, Recording, engine_config, run

ROOT = programs.ROOT
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "sandbox" / "README.md"])
EXAMPLES = ROOT / "docs" / "examples"
EXTENSIONS = {"md", "py", "svg", "yaml", "toml", "txt", "sh", "json"}
MONGO_URI = "mongodb://user:password@db.example.org:27017/LibreChat"


@pytest.fixture(params=PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def page(request: pytest.FixtureRequest) -> Path:
    return request.param


def anchors(text: str) -> set[str]:
    """The anchors that a forge gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(text: str) -> list[str]:
    """Every target of a link or image that is not an address."""
    found = re.findall(r"\]\(([^)\s]+)\)", text)
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def broken(page: Path) -> Iterator[str]:
    """Say which relative links of a page lead nowhere."""
    for target in links(page.read_text()):
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text())):
            yield target


def setting_paths(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[str]:
    """Every key path of the settings."""
    for field in model.model_fields.values():
        path = f"{prefix}{field.alias}"
        yield path
        nested = section_of(field.annotation)
        if nested:
            yield from setting_paths(nested, f"{path}.")


def mentioned_settings(text: str) -> set[str]:
    """Whatever stands in backticks, has a dot, and begins with a key of the settings."""
    names = {field.alias for field in Settings.model_fields.values()}
    spans = re.findall(r"(?<!`)`([A-Za-z]+(?:\.[A-Za-z]+)+)`(?!`)", text)
    return {span for span in spans if span.split(".")[0] in names and span.rpartition(".")[2] not in EXTENSIONS}


def known_setting(path: str) -> bool:
    """Whether a path is a setting, or lies in one that takes any content."""
    known = set(setting_paths())
    free = ("librechat.config.", "librechat.endpoint.addParams.", "librechat.extraEnvironment.", "labels.")
    return path in known or path.startswith(free)


def test_the_pages_are_found() -> None:
    names = {path.name for path in PAGES}
    assert {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "architecture.md", "from-terraform.md"} <= names


def test_relative_links_resolve(page: Path) -> None:
    assert list(broken(page)) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A title\n[a](#a-title) [b](#none) [c](missing.md) [d](https://example.org)")
    assert list(broken(page)) == ["#none", "missing.md"]


def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"up", "test", "help"} <= targets
    code = re.findall(r"(?:`|^\$ |^)make ([a-z0-9-]+)", page.read_text(), re.MULTILINE)
    assert set(code) <= targets


def test_settings_exist(page: Path) -> None:
    assert {path for path in mentioned_settings(page.read_text()) if not known_setting(path)} == set()


def test_an_unknown_setting_is_seen() -> None:
    assert mentioned_settings("set `ollama.gpu.cuont`, not `ollama.py` or `meta.name`") == {"ollama.gpu.cuont"}
    assert not known_setting("ollama.gpu.cuont")
    assert known_setting("ollama.gpu.count")


def test_no_page_names_a_machine_or_a_registry_host(page: Path) -> None:
    hosts = "|".join(
        map(
            re.escape, ("pypi.org", "pythonhosted", "proxy.golang", "sum.golang", "npmjs", "registry.npm", "deb.debian")
        )
    )
    found = re.findall(rf"{hosts}|(?<![\w.])/(?:root|work|home/\w+|tmp/\w+)\b[^\s)`]*", page.read_text())
    # A path inside a container is the container's.
    assert [text for text in found if not text.startswith("/home/ollama")] == []


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages <= {target.partition("#")[0] for target in links(index)}


def test_the_picture_is_readable_in_dark_mode_and_has_a_description() -> None:
    picture = (ROOT / "docs" / "architecture.svg").read_text()
    assert "prefers-color-scheme: dark" in picture
    assert 'aria-labelledby="title desc"' in picture


@pytest.fixture(scope="module")
def own_program() -> Recording:
    config = {f"{PROJECT}:mongoUri": MONGO_URI}
    path = str(EXAMPLES / "own_program.py")
    return run(lambda: runpy.run_path(path) and None, engine_config(config), frozenset(config))


def test_the_example_brings_up_a_chat_of_its_own(own_program: Recording) -> None:
    assert own_program.exports == {"url": "http://chat.example.org"}
    assert own_program.object("Deployment", "ollama", "team-models").spec["replicas"] == 1
    config = own_program.object("ConfigMap", "librechat-config", "team-chat").inputs["data"]["librechat.yaml"]
    assert "http://ollama.team-models.svc.cluster.local:11434/v1" in config
    assert own_program.all("StatefulSet") == []


def test_the_example_keeps_its_database_secret(own_program: Recording) -> None:
    secret = own_program.object("Secret", "librechat-credentials-env", "team-chat")
    assert secret.inputs["stringData"]["MONGO_URI"] == MONGO_URI
    assert not any(MONGO_URI in text for found in own_program.resources for text in found.clear_texts())


def test_the_readme_shows_lines_of_the_example() -> None:
    readme, example = (ROOT / "README.md").read_text(), (EXAMPLES / "own_program.py").read_text()
    (block,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert {line for line in block.splitlines() if line} <= set(example.splitlines())


def test_the_switched_back_stack_does_what_its_page_says(tmp_path: Path) -> None:
    config: dict[str, Any] = yaml.safe_load((EXAMPLES / "Pulumi.baseline.yaml").read_text())["config"]
    program = programs.execute(config, tmp_path)
    for kind in ("NetworkPolicy", "ResourceQuota", "LimitRange", "PriorityClass"):
        assert program.all(kind) == [], kind
    container = program.object("Deployment", "ollama").spec["template"]["spec"]["containers"][0]
    assert container["image"] == "ollama/ollama:latest"
    assert container["resources"]["limits"] == {"nvidia.com/gpu": "1"}
    ingress = [found.object_name for found in program.all("Ingress")]
    assert ingress == ["ollama-ingress"]
    content = yaml.safe_load(program.object("ConfigMap", "librechat-config").inputs["data"]["librechat.yaml"])
    assert content["version"] == "1.1.5"


def test_every_object_of_the_terraform_table_is_in_the_program(folder: Path) -> None:
    page = (ROOT / "docs" / "from-terraform.md").read_text()
    section = page.partition("## Where each object went")[2].partition("\n## ")[0]
    named = re.findall(r"^\| [^|]+ \| (\w+) `([\w-]+)`", section, re.MULTILINE)
    assert len(named) > 8
    found = {(r.kind, r.object_name) for r in programs.recorded("dev", folder).kubernetes()}
    assert set(named) - found == set()


def test_the_table_of_controllers_is_that_of_their_records() -> None:
    """Names, kinds and whether networks can be kept out; the reasons to choose one are prose."""
    rows = re.findall(r"^\| `([a-z-]+)`[^|]*\| (\w+) \|.*$", (ROOT / "docs" / "exposure.md").read_text(), re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(CONTROLLERS)
    for name, kind in rows:
        controller = CONTROLLERS[name]
        kinds = {"Ingress": controller.serves_ingress, "HTTPRoute": controller.serves_http_route}
        served = [served for served, serves in kinds.items() if serves]
        assert kind == ("both" if len(served) == 2 else served[0]), name
