"""Names of archives."""

import re
import subprocess

from components.mongodb.backup.names import ARCHIVE_PREFIX, ARCHIVE_SUFFIX
from components.scripts import script


def test_the_scripts_take_for_archives_what_has_these_names() -> None:
    name = f"{ARCHIVE_PREFIX}20250102T030405Z{ARCHIVE_SUFFIX}"
    text = script("components.mongodb.backup", "prelude.sh") + "archives\n"
    names = f"{name}\n{name}.partial\nlost+found\n"
    result = subprocess.run(["sh", "-c", text], input=names, capture_output=True, text=True, check=True)
    assert result.stdout == f"{name}\n"
    dump = script("components.mongodb.backup", "dump.sh")
    assert re.search(f'archive="{ARCHIVE_PREFIX}.*{re.escape(ARCHIVE_SUFFIX)}"', dump)
