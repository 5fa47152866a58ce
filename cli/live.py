"""Live objects of a cluster, by API version and kind."""

from typing import Any, cast

from kubernetes import client, dynamic
from kubernetes.dynamic.exceptions import NotFoundError, ResourceNotFoundError

from cli.data import Properties


class LiveObjects:
    """The objects of one cluster. Its API resources are read once."""

    def __init__(self, api: client.ApiClient) -> None:
        self._resources = cast("Any", dynamic.DynamicClient(api)).resources

    def find(self, api_version: str, kind: str, name: str, namespace: str = "") -> Properties | None:
        """Return an object; None if the object or its kind does not exist.

        Args:
            api_version: Its API version.
            kind: Its kind.
            name: Its name.
            namespace: Its namespace; ignored for a cluster-wide kind.

        Raises:
            client.ApiException: The API server refuses.
        """
        try:
            resource = self._resources.get(api_version=api_version, kind=kind)
            where = {"namespace": namespace} if namespace and resource.namespaced else {}
            return dict(resource.get(name=name, **where).to_dict())
        except (NotFoundError, ResourceNotFoundError):
            return None

    def patch(
        self, api_version: str, kind: str, name: str, namespace: str, *, operations: list[dict[str, Any]], manager: str
    ) -> None:
        """Patch an object with a JSON patch (RFC 6902).

        Args:
            api_version: Its API version.
            kind: Its kind.
            name: Its name.
            namespace: Its namespace; empty for a cluster-wide kind.
            operations: The patch.
            manager: Field manager of the change; empty for the client's default.

        Raises:
            client.ApiException: The API server refuses.
        """
        resource = self._resources.get(api_version=api_version, kind=kind)
        where = {"namespace": namespace} if namespace else {}
        content_type = "application/json-patch+json"
        resource.patch(name=name, body=operations, content_type=content_type, field_manager=manager or None, **where)
