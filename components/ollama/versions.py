"""Pinned images of Ollama and of the proxy that checks its token."""

from collections.abc import Mapping

from ..helm.charts import Chart
from ..images import Image

OLLAMA_VERSION = "0.32.15"
OLLAMA = Image("docker.io", "ollama/ollama", OLLAMA_VERSION)
OLLAMA_ROCM = Image("docker.io", "ollama/ollama", f"{OLLAMA_VERSION}-rocm")
NGINX = Image("docker.io", "nginxinc/nginx-unprivileged", "1.29.8-alpine")
IMAGES: Mapping[str, Image] = {"ollama": OLLAMA, "ollama-rocm": OLLAMA_ROCM, "nginx": NGINX}

CHART = Chart("ollama", "https://helm.otwld.com/", "1.77.0")
"""OTWLD's chart: the release whose `appVersion` is the pinned image's (otwld/ollama-helm, Chart.yaml)."""
