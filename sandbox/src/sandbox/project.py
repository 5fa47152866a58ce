"""The project in which a command is run."""

from pathlib import Path

PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")
"""Names of a project file."""


def project_directory(start: Path | None = None) -> Path:
    """Return the folder of a Pulumi project: the nearest folder upwards that has a project file.

    Args:
        start: Folder to start from, which is also returned if there is no project. Default: the current folder.
    """
    here = (start or Path.cwd()).resolve()
    return next((folder for folder in (here, *here.parents) if _is_project(folder)), here)


def _is_project(folder: Path) -> bool:
    return any((folder / name).is_file() for name in PROJECT_FILES)
