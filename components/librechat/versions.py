"""Pinned image and chart of LibreChat."""

from collections.abc import Mapping

from ..helm.charts import Chart
from ..images import Image

LIBRECHAT = Image("ghcr.io", "librechat-ai/librechat", "v0.8.8")
IMAGES: Mapping[str, Image] = {"librechat": LIBRECHAT}

CHART = Chart("oci://ghcr.io/danny-avila/librechat-chart/librechat", "", "2.0.8")
"""LibreChat's own chart, which is published to this OCI registry only (danny-avila/LibreChat,
helm/librechat/Chart.yaml and .github/workflows/helmcharts.yml)."""
