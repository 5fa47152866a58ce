"""What LibreChat says of itself to the rest of the package."""

from typing import Any

import pytest

from components.definition import Deployed
from components.librechat.definition import LIBRECHAT
from components.librechat.settings import LibreChatSettings

S3 = {"files": {"strategy": "s3"}}
SECRET = {"existingSecret": "all"}


def settings(values: dict[str, Any]) -> LibreChatSettings:
    return LibreChatSettings.model_validate(values)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({}, ["librechat-data", "librechat-creds-key", "librechat-creds-iv", "librechat-secret"]),
        (S3, ["librechat-creds-key", "librechat-creds-iv", "librechat-secret"]),
        (SECRET, ["librechat-data"]),
        ({"storage": {"existingClaim": "mine"}, **SECRET}, []),
    ],
)
def test_its_data_is_the_volume_and_what_encrypts(values: dict[str, Any], names: list[str]) -> None:
    assert LIBRECHAT.data is not None
    assert [found.name for found in LIBRECHAT.data.objects(settings(values))] == names


def test_a_bucket_leaves_the_volume_out() -> None:
    assert LIBRECHAT.data is not None
    gone = Deployed("PersistentVolumeClaim", "librechat-data", "librechat")
    assert LIBRECHAT.data.cause(settings(S3), gone).path == "librechat.files.strategy"
    assert LIBRECHAT.data.cause(settings({"storage": {"existingClaim": "mine"}}), gone).path == (
        "librechat.storage.existingClaim"
    )


def test_the_first_account_is_a_job() -> None:
    assert list(LIBRECHAT.jobs(settings({}))) == []
    (job,) = LIBRECHAT.jobs(settings({"admin": {"email": "admin@example.org"}}))
    assert job.name == "the first account"


def test_the_containers_are_those_of_the_most_pods() -> None:
    (found,) = LIBRECHAT.containers(settings({"autoscaling": {"enabled": True, "maxReplicas": 4}}))
    assert (found.path, found.pods) == ("librechat", 4)
