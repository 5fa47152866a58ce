"""Args of the two namespaces of a stack."""

from typing import cast

from ..args import NetworkPoliciesArgs
from ..definition import Application
from ..namespace.component import NamespaceArgs
from .quota import hard_limits
from .settings import Settings


def namespace_args(settings: Settings, application: Application) -> NamespaceArgs:
    """Return the args of the namespace of an application.

    Args:
        settings: The settings of the stack.
        application: `ollama` or `librechat`.
    """
    namespaces = settings.namespaces
    args: NamespaceArgs = {
        "namespace": namespaces.name_of(application),
        "application": application,
        "environment": settings.environment,
        "labels": settings.labels,
        "data_protection": settings.data_protection,
        "network_policies": cast("NetworkPoliciesArgs", settings.network_policies),  # resolved already
        "operator_group": namespaces.operator_group,
    }
    if namespaces.quota.enabled:
        args["quota"] = namespaces.quota.limits_of(application) or hard_limits(settings, application)
    if namespaces.limit_range.enabled:
        args["container_defaults"] = {
            "default_request": namespaces.limit_range.default_request.mapping(),
            "default_limit": namespaces.limit_range.default_limit.mapping(),
        }
    if application == "ollama":
        args["priority"] = gpu_priority(settings)
    return args


def gpu_priority(settings: Settings) -> int:
    """Return the priority of pods that hold a GPU: the highest that a server asks for, 0 if none does."""
    servers = settings.ollama.servers().values()
    return max(
        (server.gpu.priority for server in servers if server.gpu.count and not server.pods.priority_class_name),
        default=0,
    )
