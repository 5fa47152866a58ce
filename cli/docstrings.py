"""Docstrings of settings, which Python itself does not keep.

pydantic can collect them (`use_attribute_docstrings`), but would read every source file again in each run of the
program, which took two thirds of the time to build the settings. Only the generated files need them.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterable
from itertools import pairwise

from pydantic import BaseModel

from components.settings.key_paths import section_of


def docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstring of each setting that has one, including those of base classes."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            (definition,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
            assert isinstance(definition, ast.ClassDef)  # noqa: S101 - what the source of a class is
            found.update(_documented(definition.body))
    return found


def _documented(statements: list[ast.stmt]) -> Iterable[tuple[str, str]]:
    for statement, after in pairwise(statements):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            yield statement.target.id, inspect.cleandoc(after.value.value)


def describe(model: type[BaseModel]) -> None:
    """Set docstrings as the descriptions of a section's fields, and of all sections below it."""
    texts = docstrings(model)
    for name, field in model.model_fields.items():
        field.description = texts.get(name)
        nested = section_of(field.annotation)
        if nested:
            describe(nested)
