"""Names of objects as outputs."""

from typing import Any

import pulumi


def name_of(metadata: pulumi.Output[Any], fallback: str) -> pulumi.Output[str]:
    """Return the name of an object as an output, so that whatever uses the name depends on the object.

    Args:
        metadata: Metadata of the object.
        fallback: The requested name, for a preview that does not know the metadata yet.
    """
    return metadata.apply(lambda own: (own.name if own else None) or fallback)
