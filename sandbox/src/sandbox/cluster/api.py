"""The cluster manager's own requests to the API server."""

import http.client
import json
import ssl
from typing import Any
from urllib.parse import urlsplit

from sandbox.cluster.certificates import ADMIN, Pki


class ApiClient:
    """Reads from one API server with the administrator's certificate, never through a proxy."""

    def __init__(self, server: str, pki: Pki) -> None:
        address = urlsplit(server)
        self._host, self._port = str(address.hostname), address.port
        self._tls = ssl.create_default_context(cafile=str(pki.ca))
        self._tls.load_cert_chain(pki.certificate(ADMIN.file), pki.key(ADMIN.file))

    def get(self, path: str, timeout: float = 5.0) -> tuple[int, bytes]:
        """Return status code and body.

        Raises:
            OSError: Nothing answers (this includes timeouts and TLS failures).
            http.client.HTTPException: The answer is not HTTP.
        """
        connection = http.client.HTTPSConnection(self._host, self._port, timeout=timeout, context=self._tls)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def read(self, path: str) -> dict[str, Any] | None:
        """Return an object, or None if it cannot be read now."""
        try:
            status, body = self.get(path)
        except (OSError, http.client.HTTPException):
            return None
        if status != http.client.OK:
            return None
        found: dict[str, Any] = json.loads(body)
        return found

    def is_ready(self) -> bool:
        """Return whether the API server reports that it is ready."""
        try:
            return self.get("/readyz", timeout=2.0)[0] == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
