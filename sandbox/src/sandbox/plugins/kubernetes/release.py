"""Helm releases for the engine, by the Helm command and Helm's own records."""

import threading
from importlib.metadata import version

from pulumi.runtime import proto

from sandbox.plugins.kubernetes import objects, releases
from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.helm import Helm, chart_version
from sandbox.plugins.kubernetes.settings import Cluster
from sandbox.plugins.server import NotReadyError, PluginError
from sandbox.plugins.values import (
    Secret,
    Value,
    as_list,
    as_object,
    from_struct,
    has_unknown,
    is_list,
    is_object,
    mark_secrets,
    reveal,
    to_struct,
)

PROPERTY_DIFF = {
    ("add", False): proto.PropertyDiff.ADD,
    ("add", True): proto.PropertyDiff.ADD_REPLACE,
    ("delete", False): proto.PropertyDiff.DELETE,
    ("delete", True): proto.PropertyDiff.DELETE_REPLACE,
    ("update", False): proto.PropertyDiff.UPDATE,
    ("update", True): proto.PropertyDiff.UPDATE_REPLACE,
}
"""The engine's kind of difference, by the change and whether it replaces the resource."""


def release_diff(request: proto.DiffRequest) -> proto.DiffResponse:
    """Compare a release with Helm's last record of it."""
    old = releases.last_inputs(reveal(from_struct(request.olds)))
    new = reveal(from_struct(request.news))
    ignored = {objects.parse_path(path) for path in request.ignoreChanges}
    found = {
        path: (kind, replaces)
        for path, kind, replaces in releases.changes(old, new)
        if not any(path[: len(skip)] == skip for skip in ignored)
    }
    replaces = [objects.render_path(path) for path, (_, replace) in found.items() if replace]
    return proto.DiffResponse(
        changes=proto.DiffResponse.DIFF_SOME if found else proto.DiffResponse.DIFF_NONE,
        replaces=replaces,
        detailedDiff={
            objects.render_path(path): proto.PropertyDiff(kind=PROPERTY_DIFF[change], inputDiff=True)
            for path, change in found.items()
        },
        hasDetailedDiff=True,
    )


class ReleaseOperations:
    """Operations on releases.

    Args:
        api: The API server.
        cluster: The cluster that the provider was configured with.
        namespace: Default namespace of releases.
        cancelled: Set when the user cancels the operation.
    """

    def __init__(self, api: Api, cluster: Cluster, namespace: str, cancelled: threading.Event) -> None:
        self._api = api
        self._helm = Helm(cluster, cancelled)
        self._namespace = namespace

    def check(self, request: proto.CheckRequest, resource: str) -> proto.CheckResponse:
        """Complete the inputs of a release; the version becomes that of the chart."""
        news, olds = from_struct(request.news), reveal(from_struct(request.olds))
        refused = sorted(releases.unsupported(reveal(news)))
        if refused:
            raise PluginError(
                f"the kubernetes stand-in does not support {', '.join(refused)} of a Helm release: install the "
                f"official plugin (pulumi plugin install resource kubernetes {version('pulumi-kubernetes')})"
            )
        if not news.get("name"):
            news["name"] = olds.get("name") or objects.unique_name(f"{resource}-", request.randomSeed)
        inputs = releases.completed(news, self._namespace)
        failures: list[proto.CheckFailure] = []
        if not has_unknown(inputs):
            try:
                inputs["version"] = chart_version(self._helm, releases.chart_arguments(reveal(inputs)))
            except PluginError as error:
                reason = f"{error}; check the chart name and repository configuration."
                failures.append(proto.CheckFailure(property="chart", reason=reason))
        return proto.CheckResponse(inputs=to_struct(inputs), failures=failures)

    def create(self, request: proto.CreateRequest) -> proto.CreateResponse:
        """Install a release."""
        source = from_struct(request.properties)
        if request.preview:
            return proto.CreateResponse(properties=to_struct(releases.previewed(source)))
        inputs = reveal(source)
        state = self._change(source, releases.install_arguments(inputs), "was created, but")
        return proto.CreateResponse(id=_identity(inputs), properties=to_struct(state))

    def update(self, request: proto.UpdateRequest) -> proto.UpdateResponse:
        """Upgrade a release."""
        source = from_struct(request.news)
        if request.preview:
            return proto.UpdateResponse(properties=to_struct(releases.previewed(source)))
        state = self._change(source, releases.upgrade_arguments(reveal(source)), "")
        return proto.UpdateResponse(properties=to_struct(state))

    def _change(self, source: dict[str, Value], arguments: list[str], done: str) -> dict[str, Value]:
        inputs = reveal(source)
        try:
            self._helm.run(*arguments, values=as_object(inputs.get("values")))
        except PluginError as error:
            problem = hidden(str(error), source)
            record = self._record(inputs)
            if record is None:
                raise PluginError(f"Helm release {_identity(inputs)}: {problem}") from None
            # As requested, not as rolled back to: the next update tries again.
            record = {**record, "config": as_object(inputs.get("values"))}
            words = " ".join(filter(None, [f'Helm release "{_identity(inputs)}"', done, "failed to initialize"]))
            state = releases.state_of(inputs, source, record)
            raise NotReadyError(f"{words} completely: {problem}", _identity(inputs), state) from None
        record = self._record(inputs)
        if record is None:
            raise PluginError(f"Helm release {_identity(inputs)} is not there although Helm reported no error")
        return releases.state_of(inputs, source, record)

    def delete(self, request: proto.DeleteRequest) -> None:
        """Uninstall a release."""
        self._helm.run(*releases.uninstall_arguments(reveal(from_struct(request.properties))))

    def read(self, request: proto.ReadRequest) -> proto.ReadResponse:
        """Read Helm's record of a release; like Helm, this does not read live objects."""
        source = from_struct(request.inputs)
        if not source:
            raise PluginError("the kubernetes stand-in does not import Helm releases: install the official plugin")
        inputs = reveal(source)
        record = self._record(inputs)
        if record is None:
            return proto.ReadResponse()
        state = releases.state_of(inputs, source, record)
        return proto.ReadResponse(
            id=request.id, properties=to_struct(state), inputs=to_struct(mark_secrets(inputs, source))
        )

    def _record(self, inputs: dict[str, Value]) -> dict[str, Value] | None:
        """Return Helm's record of the last revision; None if there is no release."""
        selector = f"owner=helm,name={inputs['name']}"
        path = f"/api/v1/namespaces/{inputs['namespace']}/secrets"
        found = as_list(self._api.request("GET", path, query={"labelSelector": selector}).get("items"))
        if not found:
            return None
        last = max(found, key=_revision)
        return releases.decode(last["data"]["release"])


def _revision(secret: dict[str, Value]) -> int:
    return int(secret["metadata"]["labels"]["version"])


def _identity(inputs: dict[str, Value]) -> str:
    return f"{inputs['namespace']}/{inputs['name']}"


def hidden(text: str, source: Value) -> str:
    """Return a text without the secrets of a release, which Helm may quote in a message."""
    for secret in sorted(map(str, _secrets(source, inside=False)), key=len, reverse=True):
        text = text.replace(secret, "[secret]") if secret else text
    return text


def _secrets(value: Value, *, inside: bool) -> list[Value]:
    if isinstance(value, Secret):
        return _secrets(value.value, inside=True)
    if is_object(value) or is_list(value):
        items = list(value.values()) if is_object(value) else value
        return [found for item in items for found in _secrets(item, inside=inside)]
    return [value] if inside and value is not None and not isinstance(value, bool) else []
