"""Base class of the components in a namespace, and the options of their children."""

import copy
from typing import Any

import pulumi


class Component(pulumi.ComponentResource):
    """A component in a namespace.

    Its option `deleted_with`, usually the namespace, applies to its children too, so that they need no deletions of
    their own. Workloads and volumes are the exception: they are deleted one by one, pods first. A namespace with
    terminating pods or with a volume in use would take longer, because Kubernetes' namespace controller looks at it
    again only after half of the grace period, or after 8 s. A Helm release may also have objects elsewhere.
    """

    def __init__(self, kind: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
        """Register the component.

        Args:
            kind: Last part of its type, for example `Ollama`.
            name: Logical name.
            opts: Its options; `deleted_with` is kept for the children.
        """
        own = copy.copy(opts or pulumi.ResourceOptions())
        # Not declared in the class, where Pulumi's component schema would take it for an output.
        self.deleted_with: pulumi.Resource | None = own.deleted_with
        # The engine passes it on to every child, and a child cannot opt out.
        own.deleted_with = None
        super().__init__(f"ollama-librechat:index:{kind}", name, {}, own)


def child_options(parent: pulumi.Resource, **more: Any) -> pulumi.ResourceOptions:
    """Return the options of a child.

    Args:
        parent: The component.
        more: Further options. `deleted_with` defaults to that of the component; None deletes the child by itself.
    """
    more.setdefault("deleted_with", parent.deleted_with if isinstance(parent, Component) else None)
    return pulumi.ResourceOptions(parent=parent, **more)


def data_options(parent: pulumi.Resource, protected: bool, **more: Any) -> pulumi.ResourceOptions:
    """Return the options of a child that holds data: protected and retained, or neither.

    A retained volume is of no use without its password, nor a retained password without its volume.

    Args:
        parent: The component.
        protected: Whether it is protected and outlives the stack.
        more: Further options.
    """
    return child_options(
        parent,
        protect=protected or None,
        retain_on_delete=protected or None,
        **more,
    )


def timeouts(seconds: int) -> pulumi.CustomTimeouts:
    """Return the timeouts for creating and updating a workload. Children do not inherit them."""
    return pulumi.CustomTimeouts(create=f"{seconds}s", update=f"{seconds}s")
