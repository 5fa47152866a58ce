"""LibreChat: credentials in the formats that it asks for, its configuration, its address."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from components.librechat.environment import domain, environment
from components.librechat.rules import FROM_SECRETS
from components.librechat.settings import LibreChatSettings
from tests.unit import pods
from tests.unit.programs import librechat
from tests.unit.recording import Recording, run

Execute = Callable[..., Recording]
HEXADECIMAL = {"JWT_SECRET": 64, "JWT_REFRESH_SECRET": 64, "CREDS_KEY": 64, "CREDS_IV": 32}


def values(program: Recording) -> dict[str, str]:
    return pods.environment(program.object("Deployment", "librechat"), "librechat")


def content(program: Recording) -> dict[str, Any]:
    return yaml.safe_load(program.object("ConfigMap", "librechat-config").inputs["data"]["librechat.yaml"])


def test_credentials_have_the_exact_formats(default_program: Recording) -> None:
    secret = default_program.object("Secret", "librechat-credentials-env")
    found = secret.inputs["stringData"]
    for key, length in HEXADECIMAL.items():
        assert re.fullmatch(rf"[0-9a-f]{{{length}}}", found[key]), key
        assert secret.is_secret(f"stringData.{key}")
    assert len({found[key] for key in HEXADECIMAL}) == len(HEXADECIMAL)


def test_credentials_are_generated_by_what_does_not_show_them_in_its_id(default_program: Recording) -> None:
    generated = [r for r in default_program.resources if r.type.startswith("random:")]
    assert len(generated) >= 7
    assert {r.kind for r in generated} == {"RandomPassword"}
    assert {r.name: r.inputs["length"] for r in generated if r.name.startswith("librechat-")} == {
        "librechat-jwt-secret": 64,
        "librechat-jwt-refresh-secret": 64,
        "librechat-creds-key": 64,
        "librechat-creds-iv": 32,
    }


def test_every_credential_reaches_the_container_and_none_in_the_clear(default_program: Recording) -> None:
    found = pods.container(default_program.object("Deployment", "librechat"), "librechat")
    sources = pods.secret_environment(found)
    for key in (*HEXADECIMAL, "MONGO_URI", "MEILI_MASTER_KEY"):
        assert sources[key] == "librechat-credentials-env", key
        assert key not in values(default_program)


def test_no_variable_of_a_secret_can_be_set_in_the_clear(execute: Execute) -> None:
    redis = {"replicas": 2, "storage": {"accessMode": "ReadWriteMany"}, "redis": {"existingSecret": "redis"}}
    bucket = {"strategy": "s3", "s3": {"bucket": "files", "region": "eu", "existingSecret": "bucket"}}
    program = execute(librechat={**redis, "metrics": {"enabled": True}, "files": bucket})
    found = pods.container(program.object("Deployment", "librechat"), "librechat")
    assert set(pods.secret_environment(found)) == FROM_SECRETS


def test_the_configuration_is_mounted_where_librechat_looks_for_it(default_program: Recording) -> None:
    deployment = default_program.object("Deployment", "librechat")
    mounts = {mount["mountPath"]: mount for mount in pods.container(deployment, "librechat")["volumeMounts"]}
    assert mounts["/config"]["readOnly"] is True
    assert values(default_program)["CONFIG_PATH"] == "/config/librechat.yaml"
    volumes = {volume["name"]: volume for volume in pods.template(deployment).spec["volumes"]}
    assert volumes[mounts["/config"]["name"]]["configMap"]["name"] == "librechat-config"


def test_uploads_and_images_are_on_the_claim(default_program: Recording) -> None:
    deployment = default_program.object("Deployment", "librechat")
    mounts = {mount["mountPath"]: mount for mount in pods.container(deployment, "librechat")["volumeMounts"]}
    uploads, pictures = mounts["/app/uploads"], mounts["/app/client/public/images"]
    assert uploads["name"] == pictures["name"]
    assert uploads["subPath"] != pictures["subPath"]
    volumes = {volume["name"]: volume for volume in pods.template(deployment).spec["volumes"]}
    assert volumes[uploads["name"]]["persistentVolumeClaim"]["claimName"] == "librechat-data"


def test_it_runs_without_npm_and_waits_for_its_database(default_program: Recording) -> None:
    deployment = default_program.object("Deployment", "librechat")
    assert pods.container(deployment, "librechat")["command"] == ["node", "api/server/index.js"]
    wait = pods.container(deployment, "wait-for-mongodb")
    assert wait["image"] == pods.container(deployment, "librechat")["image"]
    assert wait["command"][:2] == ["node", "-e"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "http://localhost"),
        ({"exposure": {"host": "chat.example.org"}}, "http://chat.example.org"),
        ({"exposure": {"host": "chat.example.org", "tls": {"secretName": "t"}}}, "https://chat.example.org"),
        ({"exposure": {"type": "none"}}, "http://localhost:3080"),
        ({"domain": "https://proxy.example.org:8443"}, "https://proxy.example.org:8443"),
    ],
)
def test_the_origin_is_the_one_that_a_browser_sees(settings: dict[str, Any], expected: str) -> None:
    parsed = LibreChatSettings.model_validate(settings)
    assert run(lambda: domain(parsed)).result == expected


@pytest.mark.parametrize(("tls", "secure"), [({}, "false"), ({"secretName": "t"}, "true")])
def test_cookies_are_secure_exactly_over_https(tls: dict[str, str], secure: str, execute: Execute) -> None:
    program = execute(librechat={"exposure": {"host": "chat.example.org", "tls": tls}})
    found = values(program)
    assert found["SESSION_COOKIE_SECURE"] == secure
    assert found["DOMAIN_CLIENT"] == found["DOMAIN_SERVER"] == program.exports["librechat_url"]


def test_registration_is_closed_unless_opened(default_program: Recording, execute: Execute) -> None:
    assert values(default_program)["ALLOW_REGISTRATION"] == "false"
    program = execute(librechat={"registration": {"enabled": True, "allowedDomains": ["example.org"]}})
    assert values(program)["ALLOW_REGISTRATION"] == "true"
    assert content(program)["registration"]["allowedDomains"] == ["example.org"]
    assert "port-forward" in program.exports["next_command"]


@pytest.mark.parametrize(("limit", "heap"), [("2Gi", "1536"), ("1Gi", "768"), ("4G", "2861")])
def test_nodes_heap_follows_the_memory_limit(limit: str, heap: str) -> None:
    settings = LibreChatSettings.model_validate({"resources": {"limits": {"memory": limit}}})
    assert environment(settings, search=True, redis=False)["NODE_OPTIONS"] == f"--max-old-space-size={heap}"


def test_without_a_memory_limit_node_keeps_its_own() -> None:
    settings = LibreChatSettings.model_validate({"resources": {"limits": {"memory": ""}}})
    assert "NODE_OPTIONS" not in environment(settings, search=True, redis=False)


def test_a_volume_of_one_node_goes_from_pod_to_pod(default_program: Recording) -> None:
    assert default_program.object("Deployment", "librechat").spec["strategy"] == {"type": "Recreate"}


def test_settings_of_the_endpoint_reach_librechat_yaml() -> None:
    endpoint = {"fetch": False, "titleConvo": False, "modelDisplayLabel": "Assistant", "addParams": {"temperature": 0}}
    program = librechat(endpoint=endpoint, config={"interface": {"prompts": False}}, uploadLimitMb=40)
    (found,) = content(program)["endpoints"]["custom"]
    assert found["models"] == {"default": ["llama3.2:3b"], "fetch": False}
    assert found["titleConvo"] is False
    assert found["modelDisplayLabel"] == "Assistant"
    assert found["addParams"] == {"temperature": 0}
    assert content(program)["interface"] == {"prompts": False}
    assert content(program)["fileConfig"]["serverFileSizeLimit"] == 40
    annotations = program.object("Ingress", "librechat").metadata["annotations"]
    assert annotations["nginx.ingress.kubernetes.io/proxy-body-size"] == "45m"


def test_a_config_map_holds_no_credential(default_program: Recording) -> None:
    for found in default_program.all("ConfigMap"):
        text = "\n".join(found.inputs["data"].values())
        assert not any(value in text for value in default_program.generated().values())


SHARED = {"storage": {"accessMode": "ReadWriteMany"}}
REDIS = {"redis": {"existingSecret": "redis"}}


@pytest.mark.parametrize(
    ("settings", "redis", "single"),
    [
        ({}, False, "true"),
        ({}, True, None),  # with Redis, LibreChat sees what runs in other pods
        (SHARED, False, None),  # a rollout starts the new pod beside the old one
        ({**SHARED, **REDIS, "replicas": 2}, True, None),
        ({"autoscaling": {"enabled": True, "minReplicas": 1, "maxReplicas": 1}}, False, None),
        ({"autoscaling": {"enabled": True, "maxReplicas": 3}, **SHARED}, True, None),
    ],
)
def test_the_scheduler_runs_where_there_is_never_a_second_pod(
    settings: dict[str, Any], redis: bool, single: str | None
) -> None:
    known = LibreChatSettings.model_validate(settings)
    assert environment(known, search=True, redis=redis).get("SCHEDULES_SINGLE_PROCESS") == single


def test_the_scheduler_of_the_default_stack_runs(default_program: Recording) -> None:
    assert values(default_program)["SCHEDULES_SINGLE_PROCESS"] == "true"
    assert default_program.object("Deployment", "librechat").inputs["spec"]["strategy"] == {"type": "Recreate"}
