"""The Kubernetes stand-in: answers the engine's requests to a provider with a real API server.

Intended differences from the official plugin: an unreachable cluster fails the preview too, a
Service is ready without a delay of ten seconds, and of Helm, YAML and Kustomize only Helm's `Release` is
supported.
"""

# ruff: noqa: ARG002, D102, N802 - the methods are those of the gRPC service, which documents them

import threading
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from typing import NamedTuple

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime import proto

from sandbox.plugins.kubernetes import objects, ownership, readiness, releases, settings
from sandbox.plugins.kubernetes.api import Api, ApiError, Reachability, UnknownKindError
from sandbox.plugins.kubernetes.differ import Change, delete_first, plan
from sandbox.plugins.kubernetes.immutable import IDENTITY, Path, immutable_fields
from sandbox.plugins.kubernetes.release import PROPERTY_DIFF, ReleaseOperations, release_diff
from sandbox.plugins.kubernetes.waiting import Object, Operation, Waiter
from sandbox.plugins.server import EngineLog, NotReadyError, PluginError, StandIn, reported
from sandbox.plugins.values import as_list, from_struct, has_unknown, is_object, reveal, to_struct

_CREATE_ATTEMPTS = 5  # tolerates a namespace or a custom resource definition that is still being created

_ALREADY_EXISTS = """{error}

The object exists on the cluster but not in this stack:
  - to take it over, use `pulumi import`;
  - to manage only some of its fields, use a Patch resource;
  - after renaming a resource of the program, give it an alias;
  - to overwrite whatever is there, set upsertExistingObjects on the provider."""

_UNREACHABLE_HINT = (
    "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation "
    'with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"'
)


class ResourceUrn(NamedTuple):
    """The parts of a resource's URN that are used here."""

    type: str
    name: str

    @property
    def is_patch(self) -> bool:
        """Whether this is a Patch resource, which manages some fields of an existing object."""
        return self.type.endswith("Patch")

    @property
    def is_release(self) -> bool:
        """Whether this is a Helm release."""
        return self.type == releases.TYPE


def parse_urn(urn: str) -> ResourceUrn:
    """Return type and name of a URN; the type is the last one of a chain of parents."""
    parts = urn.split("::", 3)
    return ResourceUrn(parts[2].rpartition("$")[2], parts[3])


class KubernetesStandIn(StandIn):
    """Answers the engine's calls for package ``kubernetes``.

    Args:
        log: The engine's log.
    """

    def __init__(self, log: EngineLog) -> None:
        super().__init__("kubernetes", version("pulumi-kubernetes"), log)
        self._settings = settings.Settings()
        self._cluster: settings.Cluster | None = None
        self._api: Api | None = None
        self._unreachable = "the provider is not configured"
        self._cancelled = threading.Event()

    # -- configuration

    @reported
    def DiffConfig(self, request: proto.DiffRequest, context: grpc.ServicerContext) -> proto.DiffResponse:
        old, new = from_struct(request.olds), from_struct(request.news)
        if has_unknown({key: new.get(key) for key in ("kubeconfig", "context", "cluster")}):
            return proto.DiffResponse(changes=proto.DiffResponse.DIFF_SOME, replaces=["kubeconfig"])
        changed, replaces = settings.config_changes(reveal(old), reveal(new))
        changes = proto.DiffResponse.DIFF_SOME if changed else proto.DiffResponse.DIFF_NONE
        return proto.DiffResponse(changes=changes, diffs=changed, replaces=replaces)

    @reported
    def Configure(self, request: proto.ConfigureRequest, context: grpc.ServicerContext) -> proto.ConfigureResponse:
        variables = {key.rpartition(":")[2]: value for key, value in request.variables.items()}
        self._settings = settings.read_settings(variables)
        try:
            self._cluster = cluster = settings.find_cluster(variables)
        except PluginError as error:
            self._unreachable = str(error)
        else:
            settings.refuse_foreign(cluster, self.version)
            self._connect(cluster)
        return proto.ConfigureResponse(acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True)

    def _connect(self, cluster: settings.Cluster) -> None:
        api = Api(settings.connect(cluster))
        problem = Reachability(api).problem()
        self._unreachable = f"context '{cluster.context}', server {cluster.server}: {problem}" if problem else ""
        if problem and cluster.sandbox:
            self._unreachable += " (python -m sandbox cluster start starts the sandbox)"
        self._api = api

    @property
    def _reachable_api(self) -> Api:
        if self._unreachable or self._api is None:
            raise PluginError(f"configured Kubernetes cluster is unreachable: {self._unreachable}")
        return self._api

    def _waiter(self, api: Api) -> Waiter:
        return Waiter(api, self.log, self._cancelled)

    def _releases(self) -> ReleaseOperations:
        api = self._reachable_api
        if self._cluster is None:  # pragma: no cover - reachable means configured
            raise PluginError(self._unreachable)
        return ReleaseOperations(api, self._cluster, self._default_namespace, self._cancelled)

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        self._cancelled.set()
        return Empty()

    # -- wanted objects

    @reported
    def Check(self, request: proto.CheckRequest, context: grpc.ServicerContext) -> proto.CheckResponse:
        urn = parse_urn(request.urn)
        news = from_struct(request.news)
        if self._unreachable and self._settings.skip_update_unreachable:
            self.log.warning(
                request.urn,
                "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...",
            )
            return proto.CheckResponse(inputs=request.olds)
        if urn.is_release:
            return self._releases().check(request, urn.name)
        wanted = objects.from_sdk(reveal(news))
        self._refuse_unsupported(urn, wanted)
        wanted = objects.normalise(wanted)
        meta = objects.metadata(wanted)
        if urn.is_patch and not meta.get("name"):
            raise PluginError("patch resources require the `.metadata.name` field to be set")
        if meta.get("generateName") and not meta.get("name"):
            raise PluginError("the `.metadata.generateName` field is not supported in Server-Side Apply mode")
        proposed = ""
        if request.HasField("autonaming"):
            modes = proto.CheckRequest.AutonamingOptions
            if request.autonaming.mode == modes.DISABLE and not meta.get("name") and not request.olds.fields:
                raise PluginError("autonaming is disabled, resource requires the .metadata.name field to be set")
            proposed = request.autonaming.proposed_name
        olds = objects.from_sdk(reveal(from_struct(request.olds)))
        objects.assign_name(wanted, olds, urn.name, request.randomSeed, proposed)
        if is_object(wanted["metadata"]) and not wanted["metadata"].get("namespace"):
            wanted["metadata"].pop("namespace", None)
            if self._namespaced(wanted):
                wanted["metadata"]["namespace"] = self._default_namespace
        return proto.CheckResponse(inputs=to_struct(objects.protect(objects.to_sdk(wanted), news)))

    def _refuse_unsupported(self, urn: ResourceUrn, wanted: Object) -> None:
        if not (isinstance(wanted.get("apiVersion"), str) and isinstance(wanted.get("kind"), str)):
            raise self.unsupported(urn.type)
        if urn.type.endswith("List") and "items" in wanted:
            raise PluginError("list resources cannot be created directly: use the underlying resource type")

    @property
    def _default_namespace(self) -> str:
        return self._settings.namespace or (self._cluster.namespace if self._cluster else "default")

    def _namespaced(self, obj: Object) -> bool:
        if self._api is None or self._unreachable:
            return not objects.is_cluster_scoped(obj["kind"])
        try:
            return self._api.type_of(obj["apiVersion"], obj["kind"]).namespaced
        except UnknownKindError:
            return True  # probably a custom resource whose definition does not exist yet

    @reported
    def Diff(self, request: proto.DiffRequest, context: grpc.ServicerContext) -> proto.DiffResponse:
        urn = parse_urn(request.urn)
        if urn.is_release:
            return release_diff(request)
        last, live = objects.split_state(reveal(from_struct(request.olds)))
        wanted = objects.normalise(objects.from_sdk(reveal(from_struct(request.news))))
        immutable = IDENTITY
        if not urn.is_patch:
            immutable = immutable_fields(
                wanted,
                config_map_mutable=self._settings.config_map_mutable,
                secret_mutable=self._settings.secret_mutable,
            )
        ignored = [objects.parse_path(path) for path in request.ignoreChanges]
        changes = plan(live, wanted, last, immutable, ignored, namespaced=self._namespaced(wanted))
        replaces = [objects.render_path(path) for path, change in changes.items() if change.replace]
        if self._replaces_unready(request.urn, wanted, live):
            replaces.append(f'.metadata.annotations["{objects.REPLACE_UNREADY}"]')
        return self._diff_response(changes, replaces, wanted, live)

    def _replaces_unready(self, urn: str, wanted: Object, live: Object) -> bool:
        """Return whether a failed Job is to be replaced, as its annotation requests."""
        if objects.annotation(wanted, objects.REPLACE_UNREADY) != "true":
            return False
        if wanted["kind"] != "Job":
            self.log.warning(urn, "replaceUnready annotation is not supported for this resource")
            return False
        if self._unreachable or self._api is None:
            self.log.warning(urn, "Cluster is unreachable, skipping replaceUnready check")
            return False
        try:
            current = self._api.read(live)
        except ApiError:
            return False  # like the official plugin: only a refresh handles deleted objects
        return not readiness.job(current, lambda _version, _kind: []).ready

    @staticmethod
    def _diff_response(
        changes: dict[Path, Change], replaces: list[str], wanted: Object, live: Object
    ) -> proto.DiffResponse:
        return proto.DiffResponse(
            changes=proto.DiffResponse.DIFF_SOME if changes or replaces else proto.DiffResponse.DIFF_NONE,
            replaces=replaces,
            deleteBeforeReplace=bool(replaces) and delete_first(wanted, live),
            detailedDiff={
                objects.render_path(path): proto.PropertyDiff(
                    kind=PROPERTY_DIFF[change.kind, change.replace], inputDiff=change.kind == "delete"
                )
                for path, change in changes.items()
            },
            hasDetailedDiff=True,
        )

    # -- changes on the cluster

    @reported
    def Create(self, request: proto.CreateRequest, context: grpc.ServicerContext) -> proto.CreateResponse:
        urn = parse_urn(request.urn)
        api = self._reachable_api
        if urn.is_release:
            return self._releases().create(request)
        source = from_struct(request.properties)
        wanted = objects.from_sdk(reveal(source))
        manager = self._manager(wanted, {})
        if request.preview and (has_unknown(wanted) or urn.is_patch):
            return proto.CreateResponse(properties=request.properties)
        try:
            live = self._create(api, urn, request.urn, wanted, manager, preview=request.preview)
        except ApiError as error:
            if request.preview and _cannot_preview(error):
                return proto.CreateResponse(properties=request.properties)
            if error.reason == "AlreadyExists":
                raise PluginError(_ALREADY_EXISTS.format(error=error)) from None
            raise PluginError(
                f'resource "{request.urn}" was not successfully created by the Kubernetes API server: {error}'
            ) from None
        to_state = partial(objects.state_of, wanted, source=source, api_version=wanted["apiVersion"], manager=manager)
        if request.preview:
            live.pop("status", None)
            return proto.CreateResponse(properties=to_struct(to_state(live)))
        operation = Operation(request.urn, "created", wanted, request.timeout, to_state)
        live = self._waiter(api).until_ready(live, operation)
        return proto.CreateResponse(id=objects.identity(live), properties=to_struct(to_state(live)))

    def _create(self, api: Api, urn: ResourceUrn, full: str, wanted: Object, manager: str, *, preview: bool) -> Object:
        """Create an object; retry after a while if its namespace or its kind is missing."""
        for attempt in range(1, _CREATE_ATTEMPTS + 1):
            try:
                if urn.is_patch or self._settings.upsert:
                    force = preview or self._forced(wanted)
                    return api.apply(wanted, manager=manager, force=force, dry_run=preview)
                return api.create(wanted, manager=ownership.CREATOR, dry_run=preview)
            except ApiError as error:
                if preview or not error.not_found or attempt == _CREATE_ATTEMPTS:
                    raise
                self.log.status(full, f"Retry #{attempt}; creation failed: {error}")
            self._cancelled.wait(2.0 ** (attempt - 1))
        raise AssertionError  # the last attempt returns or raises

    def _forced(self, wanted: Object) -> bool:
        return self._settings.patch_force or objects.annotation(wanted, objects.PATCH_FORCE) == "true"

    @staticmethod
    def _manager(wanted: Object, state: Object) -> str:
        return (
            objects.annotation(wanted, objects.FIELD_MANAGER)
            or state.get(objects.STATE_FIELD_MANAGER)
            or objects.unique_name("pulumi-kubernetes-", b"")
        )

    @reported
    def Update(self, request: proto.UpdateRequest, context: grpc.ServicerContext) -> proto.UpdateResponse:
        api = self._reachable_api
        if parse_urn(request.urn).is_release:
            return self._releases().update(request)
        source = from_struct(request.news)
        wanted = objects.normalise(objects.from_sdk(reveal(source)))
        if request.preview and has_unknown(wanted):
            return proto.UpdateResponse(properties=request.news)
        state = reveal(from_struct(request.olds))
        _, old_live = objects.split_state(state)
        manager = self._manager(wanted, state)
        initial = state.get(objects.STATE_API_VERSION) or wanted["apiVersion"]
        to_state = partial(objects.state_of, wanted, source=source, api_version=initial, manager=manager)
        try:
            live = self._apply(api, request, wanted, old_live, manager)
        except ApiError as error:
            if request.preview and _cannot_preview(error):
                return proto.UpdateResponse(properties=request.news)
            hint = ""
            if error.status == HTTPStatus.CONFLICT:
                hint = (
                    f"\nField manager {manager!r} had an apply conflict. Set the annotation "
                    f"{objects.PATCH_FORCE}: 'true', or enablePatchForce on the provider, to take the fields over"
                )
            raise PluginError(f'update of resource "{request.urn}" failed: {error}{hint}') from None
        if request.preview:
            return proto.UpdateResponse(properties=to_struct(to_state(live)))
        operation = Operation(request.urn, "updated", wanted, request.timeout, to_state)
        live = self._waiter(api).until_ready(live, operation)
        return proto.UpdateResponse(properties=to_struct(to_state(live)))

    def _apply(self, api: Api, request: proto.UpdateRequest, wanted: Object, old_live: Object, manager: str) -> Object:
        current = api.read({**wanted, "metadata": {**wanted["metadata"], "name": objects.name_of(old_live)}})
        managed = as_list(current["metadata"].get("managedFields"))
        if wanted["kind"] == "CustomResourceDefinition":
            # Replaced as a whole, so that removed versions and schemas are removed.
            meta = {**wanted["metadata"], "resourceVersion": current["metadata"]["resourceVersion"]}
            return api.replace({**wanted, "metadata": meta}, manager=manager, dry_run=request.preview)
        patch = parse_urn(request.urn).is_patch
        forced = self._forced(wanted) or ownership.must_force(managed, preview=request.preview)
        if not request.preview and not patch:
            taken = ownership.take_over(managed, manager)
            if taken is not None:
                operations = [
                    {"op": "replace", "path": "/metadata/managedFields", "value": taken},
                    {
                        "op": "replace",
                        "path": "/metadata/resourceVersion",
                        "value": current["metadata"]["resourceVersion"],
                    },
                ]
                current = api.json_patch(current, operations)
        ignored = [objects.parse_path(path) for path in request.ignoreChanges]
        obj = ownership.keep_ignored(wanted, current, ignored, manager)
        return api.apply(obj, manager=manager, force=forced, dry_run=request.preview)

    @reported
    def Delete(self, request: proto.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        state = reveal(from_struct(request.properties))
        inputs, live = objects.split_state(state)
        if self._unreachable:
            text = f"configured Kubernetes cluster is unreachable: {self._unreachable}"
            if not self._settings.delete_unreachable:
                raise PluginError(f"{text}. {_UNREACHABLE_HINT}")
            self.log.warning(request.urn, f"{text}; deleted from the state only, as deleteUnreachable asks")
            return Empty()
        api = self._reachable_api
        if parse_urn(request.urn).is_release:
            self._releases().delete(request)
            return Empty()
        try:
            if parse_urn(request.urn).is_patch:
                self._relinquish(api, live, state[objects.STATE_FIELD_MANAGER])
            else:
                self._delete(api, request, inputs, live)
        except ApiError as error:
            if not error.not_found:
                raise PluginError(f"deletion of {live['kind']} {objects.shown(live)} failed: {error}") from None
        self.log.status(request.urn, "")
        return Empty()

    @staticmethod
    def _relinquish(api: Api, live: Object, manager: str) -> None:
        meta = {key: live["metadata"][key] for key in ("name", "namespace") if key in live["metadata"]}
        nothing = {"apiVersion": live["apiVersion"], "kind": live["kind"], "metadata": meta}
        api.apply(nothing, manager=manager, force=False)

    def _delete(self, api: Api, request: proto.DeleteRequest, inputs: Object, live: Object) -> None:
        policy = objects.annotation(inputs, objects.DELETION_PROPAGATION).lower()
        if policy == "orphan":
            api.delete(live, "Orphan")
        else:
            api.delete(live, "Background" if policy == "background" else "Foreground")
        held = self._waiter(api).until_gone(request.urn, inputs, live, request.timeout)
        if held:
            text = f"{live['kind']} '{objects.shown(live)}' timed out waiting to be deleted ({held})"
            raise NotReadyError(text, request.id, from_struct(request.properties))

    # -- state of the cluster

    @reported
    def Read(self, request: proto.ReadRequest, context: grpc.ServicerContext) -> proto.ReadResponse:
        if self._unreachable:
            return self._read_unreachable(request)
        api = self._reachable_api
        urn = parse_urn(request.urn)
        if urn.is_release:
            return self._releases().read(request)
        state = reveal(from_struct(request.properties))
        source = from_struct(request.inputs)
        inputs: Object = objects.normalise(objects.from_sdk(reveal(source)))
        _, known = objects.split_state(state)
        namespace, name = objects.parse_identity(request.id)
        imported = "kind" not in inputs
        if imported:
            api_version, kind = _served_type(urn) if "kind" not in known else (known["apiVersion"], known["kind"])
            inputs = {"apiVersion": api_version, "kind": kind, "metadata": {}}
        address = {**inputs, "metadata": {"name": name, "namespace": namespace}}
        try:
            live = api.read(address)
        except ApiError as error:
            if error.not_found:
                return proto.ReadResponse()
            raise PluginError(f"{inputs['kind']} {request.id} cannot be read: {error}") from None
        found = objects.imported_inputs(live) if imported else objects.live_inputs(live, inputs, known or live)
        manager = self._manager(inputs, state)
        initial = str(state.get(objects.STATE_API_VERSION) or inputs["apiVersion"])
        properties = objects.state_of(found, live, source, initial, manager)
        new_inputs = objects.protect(objects.to_sdk(found), source)
        if not imported:
            now = self._waiter(api).readiness_now(inputs, live)
            if not now.ready:
                text = readiness.not_ready_text(live, timed_out=False)
                raise NotReadyError(text, request.id, properties, now.reasons, new_inputs)
        return proto.ReadResponse(id=request.id, properties=to_struct(properties), inputs=to_struct(new_inputs))

    def _read_unreachable(self, request: proto.ReadRequest) -> proto.ReadResponse:
        text = f"configured Kubernetes cluster is unreachable: {self._unreachable}"
        if self._settings.delete_unreachable:
            self.log.warning(request.urn, f"{text}; deleted from the state, as deleteUnreachable asks")
            return proto.ReadResponse()
        if self._settings.skip_update_unreachable:
            self.log.warning(request.urn, f"{text}; the state stays as it was, as skipUpdateUnreachable asks")
            return proto.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)
        raise PluginError(f"{text}. {_UNREACHABLE_HINT}")


def _cannot_preview(error: ApiError) -> bool:
    """Return whether an error of a dry run says nothing about the real operation.

    A namespace or a kind may be created in the same operation and missing now; an existing object may be
    deleted first; and a dry run may be forbidden where the operation is not.
    """
    return (
        error.status == HTTPStatus.FORBIDDEN
        or error.reason == "AlreadyExists"
        or isinstance(error, UnknownKindError)
        or (error.not_found and error.kind == "namespaces")
    )


def _served_type(urn: ResourceUrn) -> tuple[str, str]:
    """Return (apiVersion, kind) for the type of a resource, such as ``kubernetes:apps/v1:Deployment``."""
    _, group_version, kind = urn.type.split(":", 2)
    return group_version.removeprefix("core/"), kind.removesuffix("Patch")
