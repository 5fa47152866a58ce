"""Pinned images of MongoDB and its backups, and which version opens the data of which.

LibreChat's own continuous integration uses this MongoDB (docker-smoke.yml).
"""

from collections.abc import Mapping

from ..images import Image, Version, version_text

MONGODB = Image("docker.io", "library/mongo", "8.0.20")
RCLONE = Image("docker.io", "rclone/rclone", "1.75.1")
IMAGES: Mapping[str, Image] = {"mongodb": MONGODB, "rclone": RCLONE}


def upgrade_problem(deployed: Version, wanted: Version) -> str:
    """Return why a version would not open the data of the deployed one, and what to do; empty if it would.

    Source: MongoDB's manual, "Upgrade a Standalone": one major release at a time, and the feature compatibility version
    follows each of them; no downgrade.
    """
    if wanted[:2] < deployed[:2]:
        return (
            f"MongoDB {version_text(wanted)} does not open the data of the deployed {version_text(deployed)}: stay on "
            f"{deployed[0]}.{deployed[1]}, or restore a backup into a new volume"
        )
    if wanted[0] > deployed[0] + 1 or (wanted[0] == deployed[0] + 1 and wanted[1]):
        return (
            f"MongoDB {version_text(wanted)} does not open the data of the deployed {version_text(deployed)}: go to "
            f"{deployed[0] + 1}.0 first, then run db.adminCommand({{setFeatureCompatibilityVersion: "
            f'"{deployed[0] + 1}.0", confirm: true}})'
        )
    return ""
