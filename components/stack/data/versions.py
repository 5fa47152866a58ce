"""Which version of a store can open the data of which other one."""

import re

Version = tuple[int, int, int]
_DUMPLESS_UPGRADE: Version = (1, 12, 0)
"""First version of Meilisearch whose data a newer one can open."""
_TAG = re.compile(r":v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-.][\w.-]*)?(?:@sha256:[0-9a-f]+)?$")


def version_of(image: str) -> Version | None:
    """Give the version in an image's tag; None where the tag is no version, or there is only a digest."""
    match = _TAG.search(image)
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def text(version: Version) -> str:
    """Write a version."""
    return ".".join(map(str, version))


def mongodb_problem(deployed: Version, wanted: Version) -> str:
    """Say why a version of MongoDB would not open the data of the deployed one, and what to do; empty if it would.

    Source: MongoDB's manual, "Upgrade a Standalone": one major release at a time, and the feature compatibility version
    follows each of them; no downgrade.
    """
    if wanted[:2] < deployed[:2]:
        return (
            f"MongoDB {text(wanted)} does not open the data of the deployed {text(deployed)}: stay on "
            f"{deployed[0]}.{deployed[1]}, or restore a backup into a new volume"
        )
    if wanted[0] > deployed[0] + 1 or (wanted[0] == deployed[0] + 1 and wanted[1]):
        return (
            f"MongoDB {text(wanted)} does not open the data of the deployed {text(deployed)}: go to "
            f"{deployed[0] + 1}.0 first, then run db.adminCommand({{setFeatureCompatibilityVersion: "
            f'"{deployed[0] + 1}.0", confirm: true}})'
        )
    return ""


def meilisearch_problem(deployed: Version, wanted: Version) -> str:
    """Say why a version of Meilisearch would not open the data of the deployed one, and what to do; empty if it would.

    Source: Meilisearch's documentation of `--experimental-dumpless-upgrade`: from 1.12 on, and never back.
    """
    again = (
        "the index is derived from MongoDB, so it can be made anew: `meilisearch.enabled: false` with `allowDataLoss: "
        "[meilisearch]`, `pulumi up`, and both back again"
    )
    if wanted < deployed:
        return (
            f"Meilisearch {text(wanted)} does not open the data of the deployed {text(deployed)}: stay on it, or, as "
            f"{again}"
        )
    if deployed < _DUMPLESS_UPGRADE and wanted > deployed:
        return f"Meilisearch opens no data of {text(deployed)}, which is older than {text(_DUMPLESS_UPGRADE)}: {again}"
    return ""
