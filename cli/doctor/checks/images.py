"""Checks the registries of the images."""

from collections.abc import Iterator

from cli.doctor.diagnosis import diagnosis, ok
from cli.doctor.facts import Facts
from cli.doctor.needs import Needs
from components.images import split
from components.settings.findings import Finding
from components.stack.settings import images as pinned_images


def registries(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Report each image's registry: public or a mirror. Only the nodes can tell whether they reach it."""
    del facts
    public = {image.registry for image in pinned_images().values()}
    images = {container["image"] for pod in needs.pods for container in pod.containers}
    hosts: dict[str, list[str]] = {}
    for image in sorted(images):
        hosts.setdefault(split(image)[0], []).append(image)
    login = any(pod.spec.get("imagePullSecrets") for pod in needs.pods)
    for host, from_host in hosts.items():
        if host in public:
            yield ok("images", f"{len(from_host)} from {host}, a public registry")
        elif login:
            yield ok("images", f"{len(from_host)} from {host}, with the login of `imagePullSecrets`")
        else:
            yield diagnosis(
                "unknown",
                "images",
                f"{len(from_host)} from {host}, which has to be reached from the nodes and serve them without a login",
                "a pod whose image cannot be pulled never starts, and `up` fails at its deadline",
                f"try on a node: `crictl pull {from_host[0]}`; for a registry with a login set `imagePullSecrets`",
            )
