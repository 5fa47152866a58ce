"""Pinned image of Valkey."""

from collections.abc import Mapping

from ..images import Image

VALKEY = Image("docker.io", "valkey/valkey", "9.1.1")
IMAGES: Mapping[str, Image] = {"valkey": VALKEY}
