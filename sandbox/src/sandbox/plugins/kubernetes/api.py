"""The Kubernetes API with plain objects, as a provider needs it, over the official client's connection."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlencode

from sandbox.plugins.server import PluginError
from sandbox.plugins.values import as_list, as_object, is_object

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

_APPLY = "application/apply-patch+yaml"  # JSON is YAML
_JSON_PATCH = "application/json-patch+json"

_CONNECT_SECONDS = 5.0
_READ_SECONDS = 60.0


class ApiError(PluginError):
    """The API server answered with an error. It never quotes the data of a Secret.

    Attributes:
        status: HTTP status code.
        reason: Kubernetes' reason, such as ``NotFound`` or ``AlreadyExists``.
        kind: Plural of the kind in the error; empty if the server does not say.
    """

    def __init__(self, status: int, reason: str, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.kind = kind

    @property
    def not_found(self) -> bool:
        """Whether the object, its namespace or its kind does not exist."""
        return self.status == HTTPStatus.NOT_FOUND


class UnknownKindError(ApiError):
    """The API server does not serve this kind, for example because its definition is missing."""

    def __init__(self, api_version: str, kind: str) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, "NotFound", f'no matches for kind "{kind}" in version "{api_version}"')


class ConnectionLostError(ApiError):
    """The API server cannot be reached."""

    def __init__(self, server: str, problem: str) -> None:
        super().__init__(0, "Unreachable", f"the API server {server} cannot be reached: {problem}")
        self.problem = problem


@dataclass(frozen=True)
class ResourceType:
    """How the API server serves a kind.

    Attributes:
        prefix: Path of its group and version.
        plural: Name in paths.
        namespaced: Whether its objects are in namespaces.
    """

    prefix: str
    plural: str
    namespaced: bool

    def path(self, namespace: str, name: str = "") -> str:
        """Return the path of an object, or of the collection without a name."""
        parts = [self.prefix]
        if self.namespaced:
            parts += ["namespaces", quote(namespace or "default")]
        parts.append(self.plural)
        if name:
            parts.append(quote(name))
        return "/".join(parts)


class Api:
    """A connection to one API server. Methods may be called from several threads.

    Args:
        client: The ``kubernetes.client.ApiClient`` with address and credentials.
    """

    def __init__(self, client: "ApiClient") -> None:
        self._client: Any = client  # the parts of it that are used have no types
        self._types: dict[tuple[str, str], ResourceType] = {}
        self._lock = threading.Lock()

    @property
    def server(self) -> str:
        """Address of the API server."""
        return str(self._client.configuration.host)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: dict[str, Any] | list[dict[str, Any]] | None = None,
        content_type: str = "application/json",
    ) -> dict[str, Any]:
        """Send a request and return the object in the answer.

        Raises:
            ApiError: The server answered with an error, or not at all (:class:`ConnectionLostError`).
        """
        import urllib3  # noqa: PLC0415 - loaded with the client, beside the program

        client = self._client
        headers = {"Accept": "application/json", "User-Agent": client.user_agent}
        if body is not None:
            headers["Content-Type"] = content_type
        client.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        try:
            response = client.rest_client.pool_manager.request(
                method,
                client.configuration.host + path + (f"?{urlencode(query)}" if query else ""),
                headers=headers,
                timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
                retries=False,
                body=None if body is None else json.dumps(body).encode(),
            )
        except urllib3.exceptions.HTTPError as error:
            # Only the last part says what happened; the others are names of Python classes.
            raise ConnectionLostError(self.server, str(error).rpartition(": ")[2]) from None
        content: Any
        try:
            content = json.loads(response.data)
        except ValueError:
            content = {"message": response.data.decode(errors="replace")[:500]}
        if response.status >= HTTPStatus.BAD_REQUEST:
            details = as_object(content.get("details"))
            message = content.get("message") or f"HTTP status {response.status}"
            raise ApiError(response.status, content.get("reason", ""), message, details.get("kind", ""))
        return content if is_object(content) else {}

    def type_of(self, api_version: str, kind: str) -> ResourceType:
        """Return how a kind is served; cached per API version, and read again for an unknown kind.

        Raises:
            UnknownKindError: The server does not serve it.
        """
        key = (api_version, kind)
        with self._lock:
            if key not in self._types:
                self._discover(api_version)
            if key not in self._types:
                raise UnknownKindError(api_version, kind)
            return self._types[key]

    def _discover(self, api_version: str) -> None:
        prefix = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        try:
            found = self.request("GET", prefix)
        except ApiError as error:
            if error.not_found:
                return
            raise
        for item in found.get("resources", []):
            if "/" not in item["name"]:
                self._types[api_version, item["kind"]] = ResourceType(prefix, item["name"], item["namespaced"])

    def _path(self, obj: dict[str, Any], *, collection: bool = False) -> str:
        meta = obj["metadata"]
        resource = self.type_of(obj["apiVersion"], obj["kind"])
        return resource.path(meta.get("namespace", ""), "" if collection else meta["name"])

    def read(self, obj: dict[str, Any]) -> dict[str, Any]:
        """Return the live object with an object's API version, kind, namespace and name."""
        return self.request("GET", self._path(obj))

    def items(self, api_version: str, kind: str, namespace: str) -> list[dict[str, Any]]:
        """Return all objects of a kind in a namespace."""
        path = self.type_of(api_version, kind).path(namespace)
        found = as_list(self.request("GET", path).get("items"))
        return [{"apiVersion": api_version, "kind": kind, **item} for item in found]

    def create(self, obj: dict[str, Any], *, manager: str, dry_run: bool = False) -> dict[str, Any]:
        """Create an object; fail if it exists."""
        path = self._path(obj, collection=True)
        return self.request("POST", path, query=_options(manager, dry_run), body=obj)

    def apply(self, obj: dict[str, Any], *, manager: str, force: bool, dry_run: bool = False) -> dict[str, Any]:
        """Apply an object with server-side apply."""
        query = {**_options(manager, dry_run), "force": str(force).lower()}
        return self.request("PATCH", self._path(obj), query=query, body=obj, content_type=_APPLY)

    def replace(self, obj: dict[str, Any], *, manager: str, dry_run: bool = False) -> dict[str, Any]:
        """Replace a whole object."""
        return self.request("PUT", self._path(obj), query=_options(manager, dry_run), body=obj)

    def json_patch(self, obj: dict[str, Any], operations: list[dict[str, Any]]) -> dict[str, Any]:
        """Patch an object with a JSON patch."""
        return self.request("PATCH", self._path(obj), body=operations, content_type=_JSON_PATCH)

    def delete(self, obj: dict[str, Any], propagation: Literal["Foreground", "Background", "Orphan"]) -> None:
        """Request the deletion of an object; it may take a while, see its ``metadata.deletionTimestamp``."""
        options = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation}
        self.request("DELETE", self._path(obj), body=options)


def _options(manager: str, dry_run: bool) -> dict[str, str]:
    return {"fieldManager": manager, **({"dryRun": "All"} if dry_run else {})}


class Reachability:
    """Whether the API server answers; checked once per Pulumi operation, within seconds.

    Args:
        api: Connection to check.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    def problem(self, attempts: int = 2) -> str:
        """Return why the API server does not answer; empty if it does.

        Args:
            attempts: Number of attempts, half a second apart.
        """
        text = ""
        for attempt in range(attempts):
            if attempt:
                time.sleep(0.5)
            try:
                self._api.request("GET", "/version")
            except ApiError as error:
                if error.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                    return f"it answers but refuses the credentials: {error}"
                text = error.problem if isinstance(error, ConnectionLostError) else str(error)
            else:
                return ""
        return text
