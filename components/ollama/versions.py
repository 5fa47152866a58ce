"""Pinned images of Ollama and of the proxy that checks its token."""

from collections.abc import Mapping

from ..images import Image

OLLAMA_VERSION = "0.32.15"
OLLAMA = Image("docker.io", "ollama/ollama", OLLAMA_VERSION)
OLLAMA_ROCM = Image("docker.io", "ollama/ollama", f"{OLLAMA_VERSION}-rocm")
NGINX = Image("docker.io", "nginxinc/nginx-unprivileged", "1.29.8-alpine")
IMAGES: Mapping[str, Image] = {"ollama": OLLAMA, "ollama-rocm": OLLAMA_ROCM, "nginx": NGINX}
