"""The shape of the code: imports run one way, functions stay small, and exceptions are listed here."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest

from cli.architecture import LAYERS, layer_of, package_imports, package_of
from cli.imports import import_graph
from tests.unit.programs import ROOT

MAX_LINES = 60
MAX_PARAMETERS = 6
PACKAGES = ("components", "cli", "policies")

UPWARD_IMPORTS: dict[str, str] = {}
"""Imports in `components` of a layer above, and why."""
LONG_FUNCTIONS: dict[str, str] = {}
"""Functions in `components` with more than `MAX_LINES` lines, and why."""
MANY_PARAMETERS: dict[str, str] = {}
"""Functions in `components` with more than `MAX_PARAMETERS` parameters, and why."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.fixture(scope="module")
def graph() -> dict[str, frozenset[str]]:
    return import_graph(ROOT, "components")


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_do_not_import_each_other_in_a_circle(package: str) -> None:
    graph = import_graph(ROOT, package)
    assert len(graph) > 5
    # Raises CycleError, with the modules of the circle.
    list(TopologicalSorter({name: imported & graph.keys() for name, imported in graph.items()}).static_order())


def test_components_import_nothing_of_the_other_packages(graph: dict[str, frozenset[str]]) -> None:
    imported = {name.partition(".")[0] for names in graph.values() for name in names}
    assert "pulumi" in imported
    assert imported & {"cli", "policies", "sandbox", "tests", "benchmarks", "__main__"} == set()


def test_components_import_their_own_layer_and_those_below(graph: dict[str, frozenset[str]]) -> None:
    order = list(LAYERS)
    upward = {
        f"{module} -> {other}"
        for module, names in graph.items()
        for other in names & graph.keys()
        if "." in module and "." in other
        if order.index(layer_of(package_of(other))) < order.index(layer_of(package_of(module)))
    }
    assert upward == set(UPWARD_IMPORTS)


def test_applications_do_not_import_each_other_in_a_circle(graph: dict[str, frozenset[str]]) -> None:
    imports = package_imports(graph)
    applications = {package for package in imports if layer_of(package) == "applications"}
    assert "librechat" in applications
    list(TopologicalSorter({name: imports[name] & applications for name in applications}).static_order())


def functions() -> Iterator[tuple[str, Function]]:
    """Every function in `components`, by module and qualified name."""
    for path in sorted((ROOT / "components").rglob("*.py")):
        module = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        yield from _functions(ast.parse(path.read_text()), module)


def _functions(tree: ast.AST, name: str) -> Iterator[tuple[str, Function]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inner = f"{name}.{node.name}"
            if not isinstance(node, ast.ClassDef):
                yield inner, node
            yield from _functions(node, inner)
        else:
            yield from _functions(node, name)


def lines(function: Function) -> int:
    """Lines of a function without its docstring."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def parameters(function: Function) -> int:
    """Number of parameters of a function, without `self` and `cls`."""
    given = function.args
    names = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    names += [argument.arg for argument in (given.vararg, given.kwarg) if argument]
    return len([name for name in names if name not in {"self", "cls"}])


def test_functions_are_short() -> None:
    found = {name: lines(function) for name, function in functions()}
    assert len(found) > 300
    assert {name: count for name, count in found.items() if count > MAX_LINES}.keys() == LONG_FUNCTIONS.keys()


def test_functions_have_few_parameters() -> None:
    found = {name: parameters(function) for name, function in functions()}
    assert {name: count for name, count in found.items() if count > MAX_PARAMETERS}.keys() == MANY_PARAMETERS.keys()


def test_lines_and_parameters_are_counted() -> None:
    (function,) = ast.parse('def f(self, a, /, b, *c, d=1, **e):\n    """Text."""\n    return a\n').body
    assert isinstance(function, ast.FunctionDef)
    assert (lines(function), parameters(function)) == (2, 5)


def test_the_program_fits_on_a_page_and_runs_nothing_between_its_imports() -> None:
    text = (ROOT / "__main__.py").read_text()
    assert len(text.splitlines()) <= 80
    statements = ast.parse(text).body[1:]
    imports = [isinstance(node, (ast.Import, ast.ImportFrom)) for node in statements]
    assert sorted(imports, reverse=True) == imports
    assert "noqa" not in text


def test_nothing_untyped_crosses_between_components() -> None:
    for path in sorted((ROOT / "components").glob("*/component.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.arg):
                assert node.annotation is None or "Any" not in ast.unparse(node.annotation), (path, node.arg)
            if isinstance(node, ast.ClassDef):
                for part in node.body:
                    if isinstance(part, ast.AnnAssign):
                        assert "Any" not in ast.unparse(part.annotation), (path, ast.unparse(part.target))


def test_docstrings_say_what_is_returned() -> None:
    for package in (*PACKAGES, "benchmarks", "sandbox/src"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, Function):
                    text = ast.get_docstring(node) or ""
                    assert not text.startswith(("Give ", "Say ", "Tell ")), (path, node.name)
