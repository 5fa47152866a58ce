"""Field ownership in server-side apply: pure functions of ``metadata.managedFields``."""

import copy

from sandbox.plugins.kubernetes.immutable import Path
from sandbox.plugins.values import Value, as_list, as_object, is_object

CREATOR = "pulumi-kubernetes"
"""Field manager of creations; the first update transfers its fields to the resource's own."""

# Managers whose direct updates the provider takes over, by the prefix of their name, like the official one:
# its own creations, and objects applied or edited with kubectl. Subresources (`kubectl scale`) are not.
_TAKEN_OVER = ("pulumi-kubernetes", "pulumi-resource-kubernetes", "kubectl", "before-first-apply")


def take_over(managed: list[dict[str, Value]], manager: str) -> list[dict[str, Value]] | None:
    """Return the managed fields after taking over those of plain updates; None if there are none.

    Args:
        managed: ``metadata.managedFields`` of the live object.
        manager: The resource's field manager.
    """
    taken = [entry for entry in managed if _is_taken(entry, manager)]
    if not taken:
        return None
    kept = [entry for entry in managed if entry not in taken]
    own: dict[str, Value] | None = next(
        (entry for entry in kept if entry["manager"] == manager and entry["operation"] == "Apply"), None
    )
    if own is None:
        own = {**taken[0], "manager": manager, "operation": "Apply", "fieldsV1": {}}
    else:
        kept.remove(own)
    fields = copy.deepcopy(as_object(own.get("fieldsV1")))
    for entry in taken:
        _merge(fields, as_object(entry.get("fieldsV1")))
    return [{**own, "fieldsV1": fields}, *kept]


def _is_taken(entry: dict[str, Value], manager: str) -> bool:
    if entry.get("subresource") or entry["manager"] == manager:
        return False
    if entry["operation"] == "Apply":
        return bool(entry["manager"] == "kubectl")
    return bool(entry["manager"].startswith(_TAKEN_OVER))


def _merge(target: dict[str, Value], source: dict[str, Value]) -> None:
    for key, value in source.items():
        _merge(target.setdefault(key, {}), value)


def must_force(managed: list[dict[str, Value]], *, preview: bool) -> bool:
    """Return whether to apply with force although it was not requested.

    Objects without managed fields are taken over; in a preview, so are fields that the update will take over
    first.
    """
    return not managed or (preview and any(_is_taken(entry, "") for entry in managed))


def keep_ignored(
    wanted: dict[str, Value], live: dict[str, Value], ignored: list[Path], manager: str
) -> dict[str, Value]:
    """Return the inputs with the fields in ``ignore_changes`` as they are in the cluster.

    A field that only another manager owns is left out, so that it remains theirs; otherwise its live value is
    sent.

    Args:
        wanted: Object to apply.
        live: Object in the cluster.
        ignored: Paths to ignore; those that lead through lists or wildcards are left to the engine.
        manager: The resource's field manager.
    """
    result = copy.deepcopy(wanted)
    managed = as_list(live["metadata"].get("managedFields"))
    for path in ignored:
        if any(isinstance(step, int) or step == "*" for step in path):
            continue
        ours = any(_owns(entry, path) for entry in managed if entry["manager"] == manager)
        theirs = any(_owns(entry, path) for entry in managed if entry["manager"] != manager)
        if theirs and not ours:
            _remove(result, path)
        elif (value := _find(live, path)) is not None:
            _set(result, path, copy.deepcopy(value))
    return result


def _owns(entry: dict[str, Value], path: Path) -> bool:
    fields = as_object(entry.get("fieldsV1"))
    for step in path:
        fields = fields.get(f"f:{step}")
        if fields is None:
            return False
    return True


def _find(obj: Value, path: Path) -> Value:
    for step in path:
        obj = obj.get(str(step)) if is_object(obj) else None
    return obj


def _remove(obj: dict[str, Value], path: Path) -> None:
    parent = _find(obj, path[:-1])
    if is_object(parent):
        parent.pop(str(path[-1]), None)


def _set(obj: dict[str, Value], path: Path, value: Value) -> None:
    for step in path[:-1]:
        inner = obj.setdefault(str(step), {})
        if not is_object(inner):
            return
        obj = inner
    obj[str(path[-1])] = value
