"""The generated parts of docs/architecture.md: the diagram of the packages and the table of components."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from cli.imports import import_graph
from cli.project import PROJECT, read_stack
from cli.recording import Recording, Resource
from cli.render import render
from components.settings.base import Section
from components.stack.settings import Settings, components

STACK = "dev"
"""Stack whose objects the table shows."""
TYPE_PREFIX = "ollama-librechat:"
OTHER_PACKAGES = ("cli", "policies", "benchmarks")
"""Packages beside `components`."""

LAYERS: Mapping[str, str] = {
    "stack": "the stack as a whole",
    "applications": "applications",
    "shared": "shared by the applications",
    "settings": "settings and images",
}
"""Titles of the layers of `components`, from the top: a layer imports itself and those below."""

Graph = Mapping[str, Iterable[str]]


def render_architecture(page: str) -> str:
    """Return docs/architecture.md with its generated parts updated; everything else is unchanged.

    Args:
        page: The current page.

    Raises:
        ValueError: The page has no place for a part.
    """
    parts = {"packages": package_diagram(), "components": component_table(_recording())}
    for name, text in parts.items():
        begin, end = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
        place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not place.search(page):
            raise ValueError(f"docs/architecture.md has no lines `{begin}` and `{end}`, put them back")
        page = place.sub(f"{begin}\n{text}\n{end}".replace("\\", r"\\"), page)
    return page


# --- diagram ----------------------------------------------------------------------------------------------------


def layer_of(package: str) -> str:
    """Return the layer of a package in `components`."""
    if package in {"settings", "images"}:
        return "settings"
    if package == "stack":
        return package
    return "applications" if package in components() else "shared"


def package_of(module: str) -> str:
    """Return the package in `components` that a module belongs to; a top-level module is its own package."""
    return module.split(".")[1]


def package_imports(graph: Graph) -> dict[str, set[str]]:
    """Return the packages that each package in `components` imports.

    Args:
        graph: Imports of each module.
    """
    found: dict[str, set[str]] = {package_of(module): set() for module in graph if "." in module}
    for module, imported in graph.items():
        for other in imported:
            if "." in module and other in graph and "." in other and package_of(other) != package_of(module):
                found[package_of(module)].add(package_of(other))
    return found


def package_diagram(root: Path = PROJECT) -> str:
    """Return a Mermaid diagram of the packages and their imports.

    Between layers there is one arrow; within the applications, there is one for each pair.
    """
    imports = package_imports(import_graph(root, "components"))
    layers: dict[str, list[str]] = {layer: [] for layer in LAYERS}
    for package in sorted(imports):
        layers[layer_of(package)].append(package)
    lines = ["```mermaid", "flowchart TB", '    program["__main__.py"]']
    lines += [f'    {package}["{package}/"]' for package in OTHER_PACKAGES]
    for layer, packages in layers.items():
        lines.append(f'    subgraph layer_{layer}["{LAYERS[layer]}"]')
        lines += [f'        {package}["{_label(root, package)}"]' for package in packages]
        lines.append("    end")
    lines += [f"    {arrow}" for arrow in _arrows(root, imports)]
    return "\n".join([*lines, "```"])


def _label(root: Path, package: str) -> str:
    folder = root / "components" / package
    return f"components/{package}/" if folder.is_dir() else f"components/{package}.py"


def _arrows(root: Path, imports: Graph) -> Iterator[str]:
    yield "program --> layer_stack"
    for package in OTHER_PACKAGES:
        imported = {name for names in import_graph(root, package).values() for name in names}
        known = [other for other in OTHER_PACKAGES if other != package]
        yield from (f"{package} --> {other}" for other in known if any(_inside(name, other) for name in imported))
        if any(_inside(name, "components") for name in imported):
            yield f"{package} --> layer_stack"
    pairs = {(layer_of(package), layer_of(other)) for package, names in imports.items() for other in names}
    for upper, lower in pairwise(LAYERS):
        if (upper, lower) in pairs:
            yield f"layer_{upper} --> layer_{lower}"
    for package, names in sorted(imports.items()):
        if layer_of(package) == "applications":
            yield from (f"{package} --> {other}" for other in sorted(names) if layer_of(other) == "applications")


def _inside(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


# --- table ------------------------------------------------------------------------------------------------------


def _recording() -> Recording:
    """Run the program for the stack of the table with every component enabled."""
    stack = read_stack(STACK)
    enabled: dict[str, Any] = {}
    for name in components():
        field = Settings.model_fields[name]
        key, default = str(field.alias), field.default
        if isinstance(default, Section) and "enabled" in type(default).model_fields:
            enabled[key] = {**stack.config.get(key, {}), "enabled": True}
    return render(stack, enabled)


def component_table(recording: Recording) -> str:
    """Return a table of the components: their settings, their images, and the objects that they create.

    Args:
        recording: What the program registers.
    """
    urns = {resource.urn: resource for resource in recording.resources}
    rows = ["| component | settings | images | creates |", "|---|---|---|---|"]
    ours = [resource for resource in recording.resources if resource.type.startswith(TYPE_PREFIX)]
    sections = {component.kind: name for name, component in components().items()}
    for component in sorted(ours, key=lambda resource: (resource.kind, resource.name)):
        children = [resource for resource in recording.resources if urns.get(resource.parent) is component]
        section = sections.get(component.kind)
        settings = str(Settings.model_fields[section].alias) if section else "namespaces"
        images = components()[section].images.values() if section else ()
        shown = ", ".join(f"`{image}`" for image in images)
        rows.append(f"| {component.kind} `{component.name}` | `{settings}` | {shown} | {_objects(children)} |")
    return "\n".join(rows)


def _objects(resources: Iterable[Resource]) -> str:
    """Return the names of objects by kind."""
    names: dict[str, list[str]] = {}
    for kind, name in sorted((found.kind, str(found.metadata.get("name") or found.name)) for found in resources):
        names.setdefault(kind, []).append(f"`{name}`")
    return "; ".join(f"{kind} {', '.join(found)}" for kind, found in names.items())
