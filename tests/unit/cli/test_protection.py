"""`destroy` of a stack whose data is protected."""

from pathlib import Path
from typing import Any

import pytest

from cli.errors import CommandError
from cli.project import StackFile
from cli.protection import keys_lost, protected, refuse_destroy

CLAIM = "PersistentVolumeClaim prod/librechat-mongodb-data"
RESOURCES = [
    {"type": "pulumi:pulumi:Stack"},
    {"type": "kubernetes:core/v1:Namespace", "id": "prod", "protect": True},
    {"type": "kubernetes:core/v1:Service", "id": "prod/librechat"},
    {"type": "random:index/randomPassword:RandomPassword", "id": "none", "protect": True},
    {"type": "random:index/randomPassword:RandomPassword", "id": "none", "protect": True},
    {"type": "kubernetes:core/v1:PersistentVolumeClaim", "id": "prod/librechat-mongodb-data", "protect": True},
]


def stack(**config: Any) -> StackFile:
    return StackFile("prod", Path("Pulumi.prod.yaml"), config)


def refusal(found: list[str], keep_data: bool = False, **config: Any) -> str:
    with pytest.raises(CommandError) as error:
        refuse_destroy(stack(**config), found, keep_data)
    return str(error.value)


def test_what_is_protected_is_named_volumes_first() -> None:
    assert protected({"deployment": {"resources": RESOURCES}}) == [CLAIM, "Namespace prod", "2 generated passwords"]
    assert protected({"deployment": {"resources": RESOURCES[2:3]}}) == []
    assert protected({"deployment": None}) == []


def test_protected_data_refuses_and_says_both_ways_on() -> None:
    text = refusal([CLAIM], dataProtection=True)
    assert "nothing was changed" in text
    assert f"Protected:\n  {CLAIM}\n" in text
    assert "make destroy STACK=prod KEEP_DATA=1" in text
    assert (
        "set `dataProtection: false` in Pulumi.prod.yaml and\n  make up STACK=prod && make destroy STACK=prod" in text
    )


def test_data_is_protected_until_the_next_up() -> None:
    assert "it takes an `up` without it:\n  make up STACK=prod && make destroy STACK=prod" in refusal([CLAIM])
    text = refusal([], dataProtection=True)
    assert "is not deployed with it yet" in text
    assert "set `dataProtection: false` first" in text


def test_nothing_is_kept_that_is_not_protected() -> None:
    assert "nothing would be kept" in refusal([], keep_data=True, dataProtection=True)


def test_what_is_allowed() -> None:
    refuse_destroy(stack(), [], keep_data=False)
    refuse_destroy(stack(dataProtection=True), [CLAIM], keep_data=True)


KEYS = {
    "deployment": {
        "resources": [
            {
                "type": "random:index/randomPassword:RandomPassword",
                "urn": f"urn:pulumi:prod::ollama-librechat::ollama-librechat:LibreChat$random::librechat-{name}",
            }
            for name in ("creds-key", "creds-iv", "jwt-secret")
        ]
    }
}
ENCRYPTED = {"secure": "v1:abc"}


@pytest.mark.parametrize("external", [{"uri": ENCRYPTED}, {"existingSecret": "mongodb-uri"}])
def test_keys_of_a_database_that_stays_are_missed(external: dict[str, Any]) -> None:
    text = keys_lost(stack(mongodb={"external": external}), KEYS)
    assert "while the external MongoDB stays" in text
    assert "make backup-secrets STACK=prod" in text


def test_keys_of_backups_that_stay_are_missed() -> None:
    backup = {
        "enabled": True,
        "s3": {"bucket": "chats", "endpoint": "https://s3.example.org", "existingSecret": "keys"},
    }
    assert "the backups in bucket chats stay" in keys_lost(stack(mongodb={"backup": backup}), KEYS)


def test_keys_that_nothing_needs_any_more_are_not_missed() -> None:
    assert keys_lost(stack(), KEYS) == ""
    external = stack(mongodb={"external": {"uri": ENCRYPTED}})
    assert keys_lost(external, {"deployment": {"resources": [{"type": "x", "urn": "y"}]}}) == ""
    assert keys_lost(external, {"deployment": None}) == ""
