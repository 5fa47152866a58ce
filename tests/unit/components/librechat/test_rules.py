"""Rules on LibreChat's settings."""

from collections.abc import Callable

from components.librechat.rules import FROM_SECRETS
from tests.unit import pods
from tests.unit.recording import Recording

Execute = Callable[..., Recording]


def test_no_variable_of_a_secret_can_be_set_in_the_clear(execute: Execute) -> None:
    redis = {"replicas": 2, "storage": {"accessMode": "ReadWriteMany"}, "redis": {"existingSecret": "redis"}}
    bucket = {"strategy": "s3", "s3": {"bucket": "files", "region": "eu", "existingSecret": "bucket"}}
    program = execute(librechat={**redis, "metrics": {"enabled": True}, "files": bucket})
    found = pods.container(program.object("Deployment", "librechat"), "librechat")
    assert set(pods.secret_environment(found)) == FROM_SECRETS
