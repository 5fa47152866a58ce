"""Rules on images and charts: their versions are pinned."""

import re
from collections.abc import Iterator

from .pods import containers
from .rule import UNKNOWN, Resource, ResourceRule

_VERSION = re.compile(r"\d+\.\d+|\d{8}|[0-9a-f]{7,40}")


def tag(image: str) -> str:
    """Return the tag of an image; empty if it has none."""
    return image.rpartition("/")[2].partition("@")[0].partition(":")[2]


def _images(resource: Resource) -> Iterator[str]:
    for container in containers(resource):
        image, name = str(container.get("image") or ""), container.get("name")
        if image == UNKNOWN or "@sha256:" in image:
            continue
        if not tag(image):
            yield f"the image {image!r} of container {name} has no tag. Name a version, or a digest."
        elif not _VERSION.search(tag(image)):
            yield f"the tag of the image {image!r} of container {name} moves. Name a version, or a digest."


def _charts(resource: Resource) -> Iterator[str]:
    # A local chart has only its own version.
    chart = str(resource.props.get("chart") or "")
    remote = resource.props.get("repositoryOpts") or "://" in chart
    if resource.is_release and remote and not resource.props.get("version"):
        yield f"the chart {chart!r} has no version. Name one."


IMAGE_VERSION = ResourceRule("image-version", "An image has a tag that does not move, or a digest.", _images)
CHART_VERSION = ResourceRule("chart-version", "A Helm release names the version of its chart.", _charts)
