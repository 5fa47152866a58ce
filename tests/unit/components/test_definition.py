"""What components say of the objects that hold their data."""

import pytest

from components.definition import COPY_CREDENTIALS, COPY_FILES, Cause, DataObject, Deployed, claim, generated, left_out
from components.workload.settings import Storage


def test_a_claim_holds_data_unless_it_is_somebody_elses() -> None:
    storage = Storage()
    assert list(claim("mongodb", storage, "mongodb")) == [
        DataObject("PersistentVolumeClaim", "mongodb-data", "mongodb.storage", storage)
    ]
    assert list(claim("mongodb", Storage(existing_claim="mine"), "mongodb")) == []


def test_generated_credentials_come_with_their_secret() -> None:
    assert [(found.kind, found.name) for found in generated("mongodb", "root-password", "password")] == [
        ("RandomPassword", "mongodb-root-password"),
        ("RandomPassword", "mongodb-password"),
        ("Secret", "mongodb-secret"),
    ]


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("PersistentVolumeClaim", Cause("mongodb.storage.existingClaim", '"disk"', COPY_FILES)),
        ("Secret", Cause("mongodb.existingSecret", '"login"', COPY_CREDENTIALS)),
        ("RandomPassword", Cause("mongodb.existingSecret", '"login"', COPY_CREDENTIALS)),
    ],
)
def test_the_setting_that_takes_the_place_of_an_object(kind: str, cause: Cause) -> None:
    gone = Deployed(kind, "mongodb-data", "mongodb")
    assert left_out("mongodb", gone, Storage(existing_claim="disk"), "login") == cause
