"""The project that a command is run in."""

from pathlib import Path

PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")
"""Names under which the engine looks for a project file."""


def project_directory(start: Path | None = None) -> Path:
    """Return the folder of the Pulumi project around a folder: the nearest one upwards that has a project file.

    Args:
        start: Folder to begin at, which is also the answer where there is no project. Default: the current folder.
    """
    here = (start or Path.cwd()).resolve()
    return next((folder for folder in (here, *here.parents) if _is_project(folder)), here)


def _is_project(folder: Path) -> bool:
    return any((folder / name).is_file() for name in PROJECT_FILES)
