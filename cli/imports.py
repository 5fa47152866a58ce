"""Imports between the modules of this repository, parsed from their source."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path


def module_name(path: Path, root: Path) -> str:
    """Return the dotted name of a module.

    Args:
        path: Path of its file.
        root: Root of the repository.
    """
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def import_graph(root: Path, package: str) -> dict[str, frozenset[str]]:
    """Return the modules of this repository that each module of a package imports when it is loaded.

    Imports for type checkers and imports inside functions are left out: they cannot cause a circular import.

    Args:
        root: Root of the repository.
        package: Name of a package in it.
    """
    files = {module_name(path, root): path for path in (root / package).rglob("*.py")}
    return {name: frozenset(_imported(path, name, files)) for name, path in files.items()}


def _imported(path: Path, name: str, files: Mapping[str, Path]) -> Iterator[str]:
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in _loaded(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            continue
        parents = package.split(".")
        base = ".".join([*parents[: len(parents) - node.level + 1], *filter(None, [node.module])])
        start = base if node.level else str(node.module)
        for alias in node.names:
            inner = f"{start}.{alias.name}"
            yield inner if inner in files else start


def _loaded(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports that run when a module is loaded."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _loaded(node)
