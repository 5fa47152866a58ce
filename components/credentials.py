"""Generated credentials, in the formats that applications need; encrypted in the state, never printed."""

from collections.abc import Mapping

import pulumi
import pulumi_random as random

from .component import data_options
from .workload.manifests import checksum

PASSWORD_LENGTH = 32


def hexadecimal(
    name: str,
    length: int,
    *,
    parent: pulumi.Resource,
    protected: bool,
    keepers: Mapping[str, str] | None = None,
) -> pulumi.Output[str]:
    """Generate random bytes and return them in hexadecimal, as a secret.

    Not with RandomBytes or RandomString: their resource ID is the value itself, in plain text in the state.

    Args:
        name: Logical name of the resource.
        length: Number of bytes.
        parent: Its parent.
        protected: Whether data cannot be read without it.
        keepers: Values whose change generates new bytes. Defaults to none, so that nothing replaces them.
    """
    generated = random.RandomPassword(
        name,
        length=2 * length,
        upper=False,
        lower=False,
        numeric=True,
        special=True,
        override_special="abcdef",
        keepers=dict(keepers) if keepers else None,
        opts=data_options(parent, protected),
    )
    return pulumi.Output.secret(generated.result)


def password(
    name: str, *, parent: pulumi.Resource, protected: bool, keepers: Mapping[str, str] | None = None
) -> pulumi.Output[str]:
    """Generate a password of letters and digits, which needs no escaping in a URI, and return it as a secret.

    Args:
        name: Logical name of the resource.
        parent: Its parent.
        protected: Whether data cannot be read without it.
        keepers: Values whose change generates a new password. Defaults to none, so that nothing replaces it.
    """
    generated = random.RandomPassword(
        name,
        length=PASSWORD_LENGTH,
        special=False,
        keepers=dict(keepers) if keepers else None,
        opts=data_options(parent, protected),
    )
    return pulumi.Output.secret(generated.result)


def rollout_annotation(credential: pulumi.Output[str]) -> dict[str, pulumi.Input[str]]:
    """Return the annotation of a pod template that replaces the pods when a generated credential changes.

    Its checksum need not be secret: a credential is random and too long to guess.
    """
    return {"checksum/secret": pulumi.Output.unsecret(credential.apply(checksum))}
