"""Requests to an API server that may refuse them for lack of permission."""

import json
from http import HTTPStatus
from typing import Any, cast

from kubernetes import client

from cli.clusters import ANSWER_WITHIN
from cli.data import sequence


class Server:
    """An API server that is queried by path and answers with plain data."""

    def __init__(self, api: client.ApiClient) -> None:
        self._api = cast("Any", api)

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """Send a request and return status and body.

        Raises:
            urllib3.exceptions.HTTPError: The server does not answer.
        """
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        prepared = self._api.param_serialize(
            method, path, header_params=headers, body=body, auth_settings=["BearerToken"]
        )
        response = self._api.call_api(*prepared, _request_timeout=ANSWER_WITHIN)
        text: bytes = response.read()
        try:
            answer: dict[str, Any] = json.loads(text or b"{}")
        except ValueError:  # the answer for a missing API group is plain text
            answer = {"message": text.decode(errors="replace")}
        return int(response.status), answer

    def get(self, path: str) -> dict[str, Any] | None:
        """Return an object: `{}` if it does not exist, None if the user is not allowed to read it.

        Raises:
            client.ApiException: Another refusal.
        """
        status, answer = self.send("GET", path)
        if status == HTTPStatus.OK:
            return answer
        if status == HTTPStatus.NOT_FOUND:
            return {}
        if status == HTTPStatus.FORBIDDEN:
            return None
        raise client.ApiException(status=status, reason=str(answer.get("message", "")))

    def items(self, path: str) -> list[dict[str, Any]] | None:
        """Return the items of a list: empty for an unknown kind, None if the user is not allowed to list them."""
        found = self.get(path)
        return None if found is None else sequence(found.get("items"))
