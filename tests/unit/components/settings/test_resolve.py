"""Args of the components: outputs of other resources where they fit, and a clear refusal where they do not."""

from typing import Any

import pulumi
import pytest

import components
from components.settings.findings import SettingsError
from tests.unit.pods import container, environment, template
from tests.unit.recording import Recording, run

OLLAMA = [{"base_url": "http://ollama.ns.svc.cluster.local:11434", "models": ["a:1"]}]


def later(value: Any) -> pulumi.Output[Any]:
    return pulumi.Output.from_input(value)


def refusal(component: type[pulumi.ComponentResource], **args: Any) -> str:
    def program() -> None:
        given = {key: value() if callable(value) else value for key, value in args.items()}
        component("test", {"namespace": "ns", **given})  # type: ignore[arg-type]

    with pytest.raises(SettingsError) as caught:
        run(program)
    return str(caught.value)


def test_outputs_are_taken_where_the_args_say_input() -> None:
    def program() -> None:
        components.Ollama(
            "test",
            {
                "namespace": later("ns"),
                "image": later("ollama/ollama:0.1.0"),
                "image_registry": "mirror.example.org",
                "storage": {"size": later("7Gi")},
                "resources": {"requests": {"cpu": later("3")}, "limits": {"memory": later("9Gi")}},
                "exposure": {"type": "Ingress", "host": later("ollama.example.org"), "allow_anonymous": True},
            },
        )

    program_ = run(program)
    deployment = program_.object("Deployment", "ollama", "ns")
    ollama = container(deployment, "ollama")
    assert ollama["image"] == "mirror.example.org/ollama/ollama:0.1.0"
    assert ollama["resources"]["requests"] == {"cpu": "3", "memory": "4Gi"}
    assert ollama["resources"]["limits"]["memory"] == "9Gi"
    assert program_.object("PersistentVolumeClaim", "ollama-data").spec["resources"]["requests"]["storage"] == "7Gi"
    assert program_.object("Ingress", "ollama-ingress").spec["rules"][0]["host"] == "ollama.example.org"


def test_several_replicas_take_the_output_of_a_redis() -> None:
    def program() -> None:
        components.LibreChat(
            "test",
            {
                "namespace": "ns",
                "ollama": OLLAMA,  # type: ignore[typeddict-item]
                "mongodb": {"uri": later("mongodb://db/x")},
                "replicas": 2,
                "storage": {"access_mode": "ReadWriteMany"},
                "redis": {"uri": pulumi.Output.secret("redis://:hunter2@redis:6379")},
            },
        )

    program_ = run(program)
    secret = program_.object("Secret", "librechat-credentials-env")
    assert secret.inputs["stringData"]["REDIS_URI"] == "redis://:hunter2@redis:6379"
    assert secret.is_secret("stringData.REDIS_URI")
    deployment = program_.object("Deployment", "librechat")
    assert deployment.spec["replicas"] == 2
    assert deployment.spec["strategy"]["type"] == "RollingUpdate"
    assert environment(deployment, "librechat")["USE_REDIS"] == "true"


@pytest.mark.parametrize(
    ("args", "path"),
    [
        ({"replicas": lambda: later(2)}, "replicas"),
        ({"models": lambda: later(["a:1"])}, "models"),
        ({"models": lambda: [later("a:1")]}, "models"),
        ({"gpu": lambda: {"count": later(1)}}, "gpu.count"),
        ({"gpu": lambda: later({"count": 1})}, "gpu"),
        ({"storage": lambda: {"existing_claim": later("x")}}, "storage.existing"),
        ({"exposure": lambda: {"type": later("Ingress")}}, "exposure.type"),
        ({"pods": lambda: {"priority_class_name": later("x")}}, "pods.priority"),
    ],
)
def test_outputs_are_refused_where_the_value_decides_what_exists(args: dict[str, Any], path: str) -> None:
    message = refusal(components.Ollama, **args)
    assert message.startswith("1 setting of the args of Ollama 'test' refused")
    assert f"  {path}" in message
    assert "has to be a plain value: it decides which resources exist" in message


def test_args_are_held_to_the_rules_of_stack_files() -> None:
    message = refusal(
        components.Ollama,
        models=["a", "a:latest"],
        image="ollama/ollama",
        gpu={"vendor": "apple"},
        server={"num_parallel": 0},
    )
    for path in ("image", "gpu.vendor", "server.numParallel"):
        assert f"  {path} = " in message
    assert "is listed before" in refusal(components.Ollama, models=["a", "a:latest"])
    assert "needs a host name" in refusal(components.Ollama, exposure={"type": "Ingress", "host": ""})
    limits = {"requests": {"memory": "8Gi"}, "limits": {"memory": "4Gi"}}
    for component in (components.Ollama, components.MongoDB, components.Meilisearch):
        assert "is less than" in refusal(component, resources=limits)


@pytest.mark.parametrize(
    ("component", "key", "near"),
    [
        (components.Ollama, "modles", "models"),
        (components.Ollama, "customModels", "custom_models"),
        (components.Ollama, "pools", "pool"),
        (components.LibreChat, "replica", "replicas"),
        (components.MongoDB, "storge", "storage"),
        (components.Meilisearch, "data_protecton", "data_protection"),
    ],
)
def test_an_unknown_arg_is_refused_with_the_nearest_one(
    component: type[pulumi.ComponentResource], key: str, near: str
) -> None:
    more = {"ollama": OLLAMA, "mongodb": {"uri": "mongodb://db/x"}} if component is components.LibreChat else {}
    message = refusal(component, **more, **{key: "hunter2"})
    assert f"  {key}: unknown key, did you mean `{near}`?" in message
    assert "hunter2" not in message


def test_an_arg_that_resembles_none_is_refused_with_all_of_them() -> None:
    assert "xyzzy: unknown key, valid are `backup`, `clients`, " in refusal(components.MongoDB, xyzzy=1)


def test_findings_on_args_name_the_arg_alone() -> None:
    """A component may be named anything; a key path of a stack file would say nothing about it."""
    message = refusal(
        components.Ollama,
        replicas=2,
        gpu={"runtime_class_name": "nvidia"},
        server={"kv_cache_type": "q8_0"},
        exposure={"type": "Ingress", "host": "a.example.org"},
    )
    for line in ("replicas = 2", "gpu.runtimeClassName = ", "server.kvCacheType = ", "exposure.type = "):
        assert f"\n  {line}" in message
    assert "ollama." not in message
    message = refusal(
        components.LibreChat,
        ollama=OLLAMA,
        mongodb={"uri": "mongodb://db/x"},
        replicas=2,
        exposure={"type": "Ingress", "host": "*.example.org"},
    )
    for line in ("replicas = 2", "exposure.host = "):
        assert f"\n  {line}" in message
    assert "librechat." not in message.replace("librechat.yaml", "")


def test_librechat_needs_a_server_with_models() -> None:
    for ollama in ([], [{"base_url": "http://a", "models": []}]):
        message = refusal(components.LibreChat, ollama=ollama, mongodb={"uri": "mongodb://db/x"})
        assert "ollama" in message
        assert "model" in message


def test_keys_may_be_camel_case_as_in_a_stack_file() -> None:
    def program() -> None:
        components.Ollama("test", {"namespace": "ns", "gpu": {"count": 1, "runtimeClassName": "nvidia"}})  # type: ignore[typeddict-unknown-key]

    recording: Recording = run(program)
    assert template(recording.object("Deployment", "ollama")).spec["runtimeClassName"] == "nvidia"
