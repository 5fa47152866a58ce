"""Pinned versions: the committed ones are those that are installed."""

from cli.lock import HEADER, parse_export, render_block
from cli.project import PROJECT


def test_export_is_parsed() -> None:
    assert parse_export("# comment\nmypkg==1.0\nother==2.0 ; python_version < '3.11'\n    # via mypkg\n") == [
        "mypkg==1.0",
        "other==2.0 ; python_version < '3.11'",
    ]


def test_both_files_pin_the_same() -> None:
    text = (PROJECT / "constraints.txt").read_text()
    constraints = parse_export(text)
    assert text.startswith(HEADER)
    assert any(constraint.startswith("pulumi==") for constraint in constraints)
    assert render_block(constraints) in (PROJECT / "pyproject.toml").read_text()
