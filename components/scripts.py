"""Scripts that containers run: files in `<room>/scripts/`, which linters read as they are."""

import re
from functools import cache
from importlib.resources import files

_HEADER = re.compile(r"\A# shellcheck .*\n(?:#.*\n)*")
_INCLUDE = re.compile(r"^\. \./(\S+)\n", re.MULTILINE)


@cache
def script(package: str, name: str) -> str:
    r"""Return the text of a script as a container runs it.

    A container gets a script as one text, without the files beside it. So a line `. ./<file>` is replaced by that file.
    The comments that begin with `# shellcheck` at the top of a file are left out: they are for linters and readers.

    Args:
        package: Package whose folder `scripts` holds the script, for example `__package__`.
        name: Name of the file.
    """
    text = (files(package) / "scripts" / name).read_text(encoding="utf-8")
    return _INCLUDE.sub(lambda include: script(package, include[1]), _HEADER.sub("", text))
