"""The login of a stack's first account: URL, e-mail address and initial password."""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from kubernetes import client

from cli.clusters import connect, readable_api_errors, status_of
from cli.errors import CommandError
from cli.project import StackFile
from cli.session import Session, refuse_unreachable
from components.librechat.admin import PASSWORD

NOT_FOUND = 404


@dataclass(frozen=True)
class Login:
    """How to log in as the first administrator.

    Attributes:
        url: URL for a browser.
        email: E-mail address of the account.
        password: Password that the account was created with.
    """

    url: str
    email: str
    password: str = field(repr=False)

    def document(self) -> dict[str, str]:
        """Return the login as data."""
        return asdict(self)


def read_login(session: Session) -> Login:
    """Read the login from a stack's outputs; a password that is not generated, from its Secret in the cluster.

    Raises:
        CommandError: The stack has no first account, or its Secret cannot be read.
    """
    outputs = json.loads(session.output(["stack", "output", "--json", "--show-secrets"]) or "{}")
    email = outputs.get("librechat_admin_email")
    if not email:
        raise CommandError(no_account(session.stack, outputs))
    password = outputs.get("librechat_admin_password")
    if password is None:
        password = _from_cluster(session.stack, outputs)
    return Login(str(outputs["librechat_url"]), str(email), str(password))


def no_account(stack: StackFile, outputs: Mapping[str, Any]) -> str:
    """Return why there is no login to show, and what to do.

    Args:
        stack: Name of the stack.
        outputs: Its outputs.
    """
    if stack.settings()[0].librechat.admin.email:
        return (
            f"The outputs of stack {stack.name} have no login yet: `make up STACK={stack.name}` creates the first "
            "account, and has to end without an error."
        )
    by_hand = f" Without it: {outputs['next_command']}" if "next_command" in outputs else ""
    return (
        f"Stack {stack.name} has no first account: set `librechat.admin.email` in {stack.path.name} and run "
        f"`make up STACK={stack.name}`.{by_hand}"
    )


def _from_cluster(stack: StackFile, outputs: Mapping[str, Any]) -> str:
    """Read the password from the Secret that the settings refer to."""
    refuse_unreachable(stack)
    api = connect(stack.kubeconfig_path, stack.context)
    with readable_api_errors(api, stack.context):
        return read_password(api, str(outputs["namespaces"]["librechat"]), str(outputs["secrets"]["librechat-admin"]))


def read_password(api: client.ApiClient, namespace: str, name: str) -> str:
    """Read the password of the first account from its Secret, as the Job does.

    Raises:
        CommandError: The Secret or its key is missing.
    """
    where = f"Secret {namespace}/{name}, which holds the password of the first account,"
    try:
        secret: Any = client.CoreV1Api(api).read_namespaced_secret(name, namespace)
    except client.ApiException as error:
        if status_of(error) == NOT_FOUND:
            raise CommandError(f"{where} does not exist.") from error
        raise
    data: Mapping[str, str] = secret.data or {}
    if PASSWORD not in data:
        raise CommandError(f"{where} has no key `{PASSWORD}`.")
    return base64.b64decode(data[PASSWORD]).decode(errors="replace").removesuffix("\n").removesuffix("\r")
