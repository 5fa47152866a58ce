"""Names of objects as outputs."""

from typing import Any

import pulumi


def name_of(metadata: pulumi.Output[Any], fallback: str) -> pulumi.Output[str]:
    """Give the name of an object as an output, so that what uses it comes after it.

    fallback: the name that was asked for, where a preview does not know the object's metadata.
    """
    return metadata.apply(lambda own: (own.name if own else None) or fallback)
