"""The change from one method to the other: the server of the former method is kept until the new one is Ready.

The program creates the new server after the former one, which it keeps for one more `pulumi up`:

- Old and new pods run side by side where the strategy allows it. Otherwise the former server is scaled to zero first:
  two servers must not share a volume, and the GPU may be the only one.
- Nothing else about the former server changes, whatever the settings say. It may have to take over again, from a chart
  that they no longer name.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from .release import pods_name
from .settings import Method


class FormerServer(TypedDict, total=False):
    """A server that the other method runs, to be kept until its successor is Ready."""

    release_values: Sequence[str]
    """Names of the deployed values, if it is a Helm release; they stay as they are. Defaults to none: the release is
    described by the settings."""


def former_pods_name(workload: str, method: Method) -> str:
    """Return the label `app.kubernetes.io/name` of the pods that the other method runs."""
    return pods_name(workload, _other(method))


def has_former_server(replicas: Mapping[str, int], component: str, method: Method) -> bool:
    """Return whether the server of the other method has to be kept.

    It is kept until the server of this method has pods; the next `pulumi up` deletes it.

    Args:
        replicas: Number of pods of each deployed Deployment and release, by logical name.
        component: Logical name of the component.
        method: How the settings deploy it.
    """
    names: dict[Method, str] = {"native": f"{component}-deployment", "helm": f"{component}-release"}
    return names[_other(method)] in replicas and not replicas.get(names[method])


def _other(method: Method) -> Method:
    return "native" if method == "helm" else "helm"
