"""Pure functions on Kubernetes objects: names, annotations, and their form in the state."""

import base64
import binascii
import copy
import hashlib
import re
import secrets

from sandbox.plugins.kubernetes.immutable import Path
from sandbox.plugins.values import Secret, Unknown, Value, as_object, is_list, is_object, mark_secrets

AUTONAMED = "pulumi.com/autonamed"
SKIP_AWAIT = "pulumi.com/skipAwait"
WAIT_FOR = "pulumi.com/waitFor"
TIMEOUT_SECONDS = "pulumi.com/timeoutSeconds"
PATCH_FORCE = "pulumi.com/patchForce"
FIELD_MANAGER = "pulumi.com/patchFieldManager"
DELETION_PROPAGATION = "pulumi.com/deletionPropagationPolicy"
REPLACE_UNREADY = "pulumi.com/replaceUnready"

# Keys of the state besides the live object, as in the official provider, so that a stack can switch to it.
STATE_INPUTS = "__inputs"
STATE_API_VERSION = "__initialApiVersion"
STATE_FIELD_MANAGER = "__fieldManager"

_SERVER_FIELDS = (
    *("creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields"),
    *("resourceVersion", "selfLink", "uid"),
)

# For when the scope matters but the cluster cannot be asked; all other kinds are assumed to be namespaced.
_CLUSTER_SCOPED = frozenset(
    {
        *(
            "APIService",
            "ClusterRole",
            "ClusterRoleBinding",
            "CSIDriver",
            "CSINode",
            "CustomResourceDefinition",
        ),
        *(
            "FlowSchema",
            "IngressClass",
            "MutatingWebhookConfiguration",
            "Namespace",
            "Node",
            "PersistentVolume",
        ),
        *("PriorityClass", "PriorityLevelConfiguration", "RuntimeClass", "StorageClass", "VolumeAttachment"),
        *("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration"),
    }
)


def is_cluster_scoped(kind: str) -> bool:
    """Return whether a built-in kind is cluster-scoped, without asking the cluster."""
    return kind in _CLUSTER_SCOPED


def metadata(obj: dict[str, Value]) -> dict[str, Value]:
    """Return the metadata of an object; an empty dict if it is absent or unknown."""
    found = obj.get("metadata")
    return found if is_object(found) else {}


def name_of(obj: dict[str, Value]) -> str:
    """Return ``metadata.name``; empty if it is absent or unknown."""
    found = metadata(obj).get("name")
    return found if isinstance(found, str) else ""


def namespace_of(obj: dict[str, Value]) -> str:
    """Return ``metadata.namespace``; empty if it is absent or unknown."""
    found = metadata(obj).get("namespace")
    return found if isinstance(found, str) else ""


def annotation(obj: dict[str, Value], key: str) -> str:
    """Return an annotation; empty if it is absent."""
    annotations = metadata(obj).get("annotations")
    found = annotations.get(key) if is_object(annotations) else None
    return found if isinstance(found, str) else ""


def identity(obj: dict[str, Value]) -> str:
    """Return the resource ID: ``namespace/name``, or ``name`` for a cluster-scoped object."""
    return "/".join(filter(None, (namespace_of(obj), name_of(obj))))


def parse_identity(text: str) -> tuple[str, str]:
    """Return (namespace, name) of a resource ID; the namespace is empty for a cluster-scoped object."""
    namespace, _, name = text.rpartition("/")
    return namespace, name


def shown(obj: dict[str, Value]) -> str:
    """Return the name of an object for messages, with its namespace unless that is ``default``."""
    return identity(obj).removeprefix("default/")


def unique_name(prefix: str, seed: bytes) -> str:
    """Return the prefix with 8 hexadecimal digits, the same for the same seed; random without a seed."""
    digits = hashlib.sha256(prefix.encode() + seed).hexdigest() if seed else secrets.token_hex(4)
    return prefix + digits[:8]


def assign_name(obj: dict[str, Value], old: dict[str, Value], resource_name: str, seed: bytes, proposed: str) -> None:
    """Set a generated name, in place, if the program sets none, and record that in an annotation.

    Args:
        obj: Wanted object.
        old: Previous inputs; empty for a new one. A generated name is kept for the object's
            life.
        resource_name: Name of the Pulumi resource; the generated name starts with it.
        seed: The engine's seed for this resource.
        proposed: Name from the engine's autonaming configuration; empty for none.
    """
    meta = obj.setdefault("metadata", {})
    if not is_object(meta) or meta.get("name"):
        return
    if old:
        if annotation(old, AUTONAMED) != "true":
            return
        meta["name"] = name_of(old)
    else:
        meta["name"] = proposed or unique_name(f"{resource_name}-", seed)
    annotations = meta.setdefault("annotations", {})
    if is_object(annotations):
        annotations[AUTONAMED] = "true"


def normalise(obj: dict[str, Value]) -> dict[str, Value]:
    """Return a copy of an object as the API server would store it, as far as its changes are known.

    ``stringData`` of a Secret becomes ``data``; nulls and the fields that only the server sets are left
    out.
    """
    result = {key: _without_nulls(item) for key, item in obj.items() if item is not None}
    meta = metadata(result)
    for field in _SERVER_FIELDS:
        meta.pop(field, None)
    if result.get("apiVersion") == "v1" and result.get("kind") == "Secret":
        _encode_secret(result)
    return result


def _without_nulls(value: Value) -> Value:
    if is_object(value):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if is_list(value):
        return [_without_nulls(item) for item in value]
    return value


def _encode_secret(obj: dict[str, Value]) -> None:
    plain = obj.get("stringData")
    data = obj.get("data")
    if is_object(data):
        obj["data"] = data = {key: _recoded(item) for key, item in data.items()}
    if not is_object(plain) or not plain or isinstance(data, Unknown):
        return
    encoded = {
        key: base64.b64encode(item.encode()).decode() if isinstance(item, str) else item for key, item in plain.items()
    }
    obj["data"] = {**(data or {}), **encoded}
    del obj["stringData"]


def _recoded(item: Value) -> Value:
    """Return base64 without the white space that the API server drops."""
    if not isinstance(item, str):
        return item
    try:
        return base64.b64encode(base64.b64decode(re.sub(r"\s", "", item), validate=True)).decode()
    except binascii.Error:
        return item  # the API server refuses it, naming the field


def prune(live: Value, shape: Value) -> Value:
    """Return the fields of a live object that the inputs set, so that the two can be compared.

    Args:
        live: Live object or a part of it.
        shape: Inputs that the live object was made from, or the same part of them.
    """
    if is_object(live) and is_object(shape):
        return {key: prune(item, shape[key]) for key, item in live.items() if key in shape}
    if is_list(live) and is_list(shape):
        pruned = [prune(item, wanted) for item, wanted in zip(live, shape, strict=False)]
        return pruned if shape else []
    return copy.deepcopy(live)


def live_inputs(live: dict[str, Value], inputs: dict[str, Value], known: dict[str, Value]) -> dict[str, Value]:
    """Return the inputs that would create the live object as it is now: the inputs, with drift.

    Args:
        live: Object in the cluster.
        inputs: Inputs that it was created from.
        known: The live object of the last operation. An empty value that the API server dropped even then
            (``hostNetwork: false``) did not drift and stays.
    """
    pruned: dict[str, Value] = prune(live, inputs)
    _keep_dropped(pruned, inputs, known)
    return pruned


def _keep_dropped(pruned: Value, inputs: Value, known: Value) -> None:
    if is_object(pruned) and is_object(inputs):
        known = known if is_object(known) else {}
        for key, item in inputs.items():
            if key in pruned:
                _keep_dropped(pruned[key], item, known.get(key))
            elif is_empty(item) and key not in known:
                pruned[key] = item
    elif is_list(pruned) and is_list(inputs):
        known = known if is_list(known) else []
        padded = [*known, *([None] * len(pruned))]
        for here, wanted, before in zip(pruned, inputs, padded, strict=False):
            _keep_dropped(here, wanted, before)


def is_empty(value: Value) -> bool:
    """Return whether a value is one that the API server may store as absent."""
    return value is None or value is False or value in ("", 0) or (isinstance(value, dict | list) and not value)


def imported_inputs(live: dict[str, Value]) -> dict[str, Value]:
    """Return the inputs for an object created elsewhere: all of it, without fields that only the server sets."""
    result = copy.deepcopy({key: item for key, item in live.items() if key != "status"})
    meta = metadata(result)
    for field in _SERVER_FIELDS:
        meta.pop(field, None)
    annotations = meta.get("annotations", {})
    for key in ("deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"):
        annotations.pop(key, None)
    return result


def to_sdk(value: Value) -> Value:
    """Return a copy in which ``x-kubernetes-*`` keys are spelled with underscores, as in the SDKs."""
    return _respell(value, "x-kubernetes-", "-", "_")


def from_sdk(value: Value) -> Value:
    """Return a copy in which ``x_kubernetes_*`` keys are spelled with dashes, as in the API."""
    return _respell(value, "x_kubernetes_", "_", "-")


def _respell(value: Value, prefix: str, old: str, new: str) -> Value:
    if is_object(value):
        return {
            key.replace(old, new) if key.startswith(prefix) else key: _respell(item, prefix, old, new)
            for key, item in value.items()
        }
    if is_list(value):
        return [_respell(item, prefix, old, new) for item in value]
    return value


def protect(obj: dict[str, Value], source: dict[str, Value]) -> dict[str, Value]:
    """Return an object with secrets marked: those of its source, and all data of a Secret."""
    marked: dict[str, Value] = mark_secrets(obj, source)
    if obj.get("kind") == "Secret":
        for key in ("data", "stringData"):
            if key in marked and not isinstance(marked[key], Secret):
                marked[key] = Secret(obj[key])
    return marked


def state_of(
    inputs: dict[str, Value], live: dict[str, Value], source: dict[str, Value], api_version: str, manager: str
) -> dict[str, Value]:
    """Return the properties for the state: the live object, and data needed to compare and apply it.

    Args:
        inputs: Plain inputs.
        live: Plain live object.
        source: Inputs with secrets marked, as the engine sent them.
        api_version: API version that the object was created with.
        manager: Field manager for server-side apply.
    """
    return {
        **protect(to_sdk(live), source),
        STATE_INPUTS: protect(to_sdk(inputs), source),
        STATE_API_VERSION: api_version,
        STATE_FIELD_MANAGER: manager,
    }


def split_state(state: dict[str, Value]) -> tuple[dict[str, Value], dict[str, Value]]:
    """Return (inputs, live object) of a plain state."""
    live = {key: item for key, item in state.items() if not key.startswith("__")}
    return from_sdk(as_object(state.get(STATE_INPUTS))), from_sdk(live)


def render_path(path: Path) -> str:
    """Return a path in the engine's syntax, such as ``spec.ports[0].name`` or ``data["a.b"]``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.search(r'[."\[\]]', step):
            text += '["' + step.replace('"', '\\"') + '"]'
        else:
            text += f".{step}" if text else step
    return text


def parse_path(text: str) -> Path:
    """Return the steps of a path in ``ignore_changes``; ``*`` is kept."""
    steps: list[str | int] = []
    for quoted, index, plain in re.findall(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.\[\]]+)', text):
        if quoted:
            steps.append(quoted.replace('\\"', '"'))
        elif index:
            steps.append(int(index) if index != "*" else "*")
        else:
            steps.append(plain)
    return tuple(steps)


def starts_with(path: Path, prefix: Path) -> bool:
    """Return whether a path is at or below another one, in which ``*`` matches any step."""
    return len(path) >= len(prefix) and all(want in ("*", have) for have, want in zip(path, prefix, strict=False))
