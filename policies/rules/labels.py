"""Rules on labels."""

from collections.abc import Iterator

from .rule import Resource, ResourceRule

NEEDED = (
    "app.kubernetes.io/name",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/component",
    "app.kubernetes.io/managed-by",
    "env",
)


def _check(resource: Resource) -> Iterator[str]:
    # Only objects have metadata: a provider, a patch or a list has none.
    if not resource.is_kubernetes or "metadata" not in resource.props:
        return
    missing = [label for label in NEEDED if not resource.labels.get(label)]
    if missing:
        yield f"the labels {', '.join(missing)} are missing. Add them."


LABELS = ResourceRule("labels", "An object has the recommended labels, and `env`.", _check)
