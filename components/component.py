"""Base class of the components in a namespace, and the options of their children."""

import copy
from typing import Any

import pulumi


class Component(pulumi.ComponentResource):
    """A component in a namespace.

    Its option `deleted_with`, most often the namespace, holds for its objects too, which spares their single deletions;
    but not for what runs pods, nor for their volumes. Those are deleted by themselves, pods first: a namespace with
    pods that are ending, or with a volume that is in use, is looked at again only after half of their grace period, or
    8 s (Kubernetes' namespace controller), and a Helm release may have objects elsewhere.
    """

    def __init__(self, kind: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
        """Register the component.

        Args:
            kind: Last part of its type, for example `Ollama`.
            name: Logical name.
            opts: Options; `deleted_with` is kept for the children.
        """
        own = copy.copy(opts or pulumi.ResourceOptions())
        # Not declared in the class, where Pulumi's schema of components would take it for an output.
        self.deleted_with: pulumi.Resource | None = own.deleted_with
        # The engine hands it down to every child, and there is no way to say "none" there.
        own.deleted_with = None
        super().__init__(f"ollama-librechat:index:{kind}", name, {}, own)


def child_options(parent: pulumi.Resource, **more: Any) -> pulumi.ResourceOptions:
    """Return the options of a child; it is deleted with what its component is, unless they say `deleted_with=None`."""
    more.setdefault("deleted_with", parent.deleted_with if isinstance(parent, Component) else None)
    return pulumi.ResourceOptions(parent=parent, **more)


def data_options(parent: pulumi.Resource, protected: bool, **more: Any) -> pulumi.ResourceOptions:
    """Return the options of what holds data: protected and retained together, or neither.

    A retained volume without its password, or a retained password without its volume, would be of no use.
    """
    return child_options(
        parent,
        protect=protected or None,
        retain_on_delete=protected or None,
        **more,
    )


def timeouts(seconds: int) -> pulumi.CustomTimeouts:
    """Return the deadline for creating and updating a workload. It is not inherited, so every child gets its own."""
    return pulumi.CustomTimeouts(create=f"{seconds}s", update=f"{seconds}s")
