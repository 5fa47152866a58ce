"""Which objects of a stack are protected, and what that means for `destroy`."""

from collections.abc import Iterator, Mapping
from typing import Any

from cli.credentials import GENERATED
from cli.data import mapping, sequence
from cli.errors import CommandError
from cli.project import StackFile
from components.stack.settings import Settings

_ORDER = ("PersistentVolumeClaim", "StatefulSet", "Secret", "Namespace")


def protected(export: Mapping[str, Any]) -> list[str]:
    """Return the protected objects of a state, volumes first, and the number of protected passwords.

    Args:
        export: Output of `pulumi stack export`.
    """
    resources = sequence(mapping(export.get("deployment")).get("resources"))
    found = [resource for resource in resources if resource.get("protect")]
    objects = [one for one in found if str(one.get("type", "")).startswith("kubernetes:")]
    named = sorted((_kind(one), str(one.get("id", ""))) for one in objects)
    named.sort(key=lambda one: _ORDER.index(one[0]) if one[0] in _ORDER else len(_ORDER))
    passwords = len(found) - len(objects)
    return [*(" ".join(one) for one in named), *([f"{passwords} generated passwords"] if passwords else [])]


def _kind(resource: Mapping[str, Any]) -> str:
    return str(resource["type"]).rpartition(":")[2]


def refuse_destroy(stack: StackFile, found: list[str], keep_data: bool) -> None:
    """Refuse to destroy a stack whose data is protected, and to keep data that is not protected.

    The engine would refuse as well, but only after deleting what is not protected.

    Args:
        stack: The stack.
        found: Result of `protected`.
        keep_data: Whether protected objects are to be kept.

    Raises:
        CommandError: It is refused. The message says why and what to do.
    """
    name, file = stack.name, stack.path.name
    if keep_data and not found:
        raise CommandError(
            f"Nothing of stack {name} is protected, so nothing would be kept. Nothing was changed. To keep its data, "
            f"set `dataProtection: true` in {file}, `make up STACK={name}`, and run this again."
        )
    if keep_data or not (found or stack.data_protection):
        return
    if not found:
        raise CommandError(
            f"{file} says `dataProtection: true`, and stack {name} is not deployed with it yet. Nothing was changed. "
            f"`make up STACK={name}` protects it; to delete it with its data, set `dataProtection: false` first."
        )
    listed = "".join(f"  {one}\n" for one in found)
    setting = f"set `dataProtection: false` in {file} and" if stack.data_protection else "it takes an `up` without it:"
    raise CommandError(
        f"Stack {name} is deployed with `dataProtection: true`, so it is not destroyed; nothing was changed. "
        f"Protected:\n{listed}"
        "To remove everything else and keep these for the next `make up`:\n"
        f"  make destroy STACK={name} KEEP_DATA=1\n"
        f"To delete the data as well, {setting}\n"
        f"  make up STACK={name} && make destroy STACK={name}"
    )


_ENCRYPTING = ("-creds-key", "-creds-iv")
"""Suffixes of LibreChat's encryption keys' logical names, see `components.librechat.credentials`."""


def keys_lost(stack: StackFile, export: Mapping[str, Any]) -> str:
    """Return what becomes unreadable without the keys that `destroy` deletes; empty for nothing.

    Args:
        stack: The stack.
        export: Output of `pulumi stack export`.
    """
    resources = sequence(mapping(export.get("deployment")).get("resources"))
    generated = [one for one in resources if str(one["urn"]).endswith(_ENCRYPTING) and one["type"] == GENERATED]
    places = list(_outlives(stack.settings()[0], stack.config))
    if not generated or not places:
        return ""
    return (
        f"CREDS_KEY and CREDS_IV of stack {stack.name} are generated and go with it, while {' and '.join(places)}: "
        "what LibreChat has encrypted there with them (the API keys that people entered, tokens of plugins and tools) "
        "can never be read again. Chats stay readable. To save them first:\n"
        f"  make backup-secrets STACK={stack.name} RECIPIENT=key OUT=file"
    )


def _outlives(settings: Settings, config: Mapping[str, Any]) -> Iterator[str]:
    # The URI is a secret that only the engine can decrypt, so only its presence is checked.
    external = mapping(mapping(config.get("mongodb")).get("external"))
    if settings.mongodb.is_external or external.get("uri"):
        yield "the external MongoDB stays"
    if settings.mongodb.backup.enabled and settings.mongodb.backup.s3.bucket:
        yield f"the backups in bucket {settings.mongodb.backup.s3.bucket} stay"
