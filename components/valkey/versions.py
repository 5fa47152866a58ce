"""Pinned image of Valkey."""

from collections.abc import Mapping

from ..images import Image

VALKEY = Image("docker.io", "valkey/valkey", "8.1.3")
IMAGES: Mapping[str, Image] = {"valkey": VALKEY}
