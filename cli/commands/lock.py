"""The command `lock`."""

from cli.console import out, readable_errors


def lock() -> None:
    """Pin every dependency to the newest version that requirements.txt and pyproject.toml allow."""
    with readable_errors():
        from cli.lock import write

        constraints = write()
    out.print(
        f"{len(constraints)} versions are pinned in constraints.txt and pyproject.toml; `make setup` installs them"
    )
