"""What the components in a namespace have in common: how they go."""

import copy

import pulumi


class Component(pulumi.ComponentResource):
    """A component in a namespace.

    Its option `deleted_with`, most often the namespace, holds for its objects too, which spares their single deletions;
    but not for what runs pods, nor for their volumes. Those are deleted by themselves, pods first: a namespace with
    pods that are ending, or with a volume that is in use, is looked at again only after half of their grace period, or
    8 s (Kubernetes' namespace controller), and a Helm release may have objects elsewhere.

    kind: last part of its type.
    """

    def __init__(self, kind: str, name: str, opts: pulumi.ResourceOptions | None) -> None:
        own = copy.copy(opts or pulumi.ResourceOptions())
        # Not declared in the class, where Pulumi's schema of components would take it for an output.
        self.deleted_with: pulumi.Resource | None = own.deleted_with
        # The engine hands it down to every child, and there is no way to say "none" there.
        own.deleted_with = None
        super().__init__(f"ollama-librechat:index:{kind}", name, {}, own)
