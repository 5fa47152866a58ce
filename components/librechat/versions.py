"""Pinned image of LibreChat."""

from collections.abc import Mapping

from ..images import Image

LIBRECHAT = Image("ghcr.io", "librechat-ai/librechat", "v0.8.8")
IMAGES: Mapping[str, Image] = {"librechat": LIBRECHAT}
