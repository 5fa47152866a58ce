"""Pinned image of Meilisearch, and which version opens the data of which.

LibreChat's own compose file uses this version.
"""

from collections.abc import Mapping

from ..images import Image, Version, version_text

MEILISEARCH = Image("docker.io", "getmeili/meilisearch", "v1.35.1")
IMAGES: Mapping[str, Image] = {"meilisearch": MEILISEARCH}

_DUMPLESS_UPGRADE: Version = (1, 12, 0)
"""First version of Meilisearch whose data a newer one can open."""


def upgrade_problem(deployed: Version, wanted: Version) -> str:
    """Return why a version would not open the data of the deployed one, and what to do; empty if it would.

    Source: Meilisearch's documentation of `--experimental-dumpless-upgrade`: from 1.12 on, and never back.
    """
    before, after = version_text(deployed), version_text(wanted)
    again = (
        "the index is derived from MongoDB, so it can be made anew: `meilisearch.enabled: false` with `allowDataLoss: "
        "[meilisearch]`, `pulumi up`, and both back again"
    )
    if wanted < deployed:
        return f"Meilisearch {after} does not open the data of the deployed {before}: stay on it, or, as {again}"
    if deployed < _DUMPLESS_UPGRADE and wanted > deployed:
        oldest = version_text(_DUMPLESS_UPGRADE)
        return f"Meilisearch opens no data of {before}, which is older than {oldest}: {again}"
    return ""
