"""The program as a whole, for every stack file: what holds for all of its objects, whoever declares them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from components import images
from components.librechat.config.lint import lint_yaml
from components.stack.settings import images as pinned_images
from tests.unit import programs
from tests.unit.pods import container, environment, pods, secret_references, template, violations
from tests.unit.recording import PROJECT, Recording, Resource, leaves

Execute = Callable[..., Recording]
NAMESPACES = {"ollama", "librechat"}
AWAITED = {"Deployment", "StatefulSet", "Release", "PersistentVolumeClaim"}
DATA = {"PersistentVolumeClaim", "StatefulSet", "Secret", "RandomPassword"}
"""Kinds that hold data or what is needed to read it."""

EXPECTED = {
    ("Namespace", "ollama"),
    ("Namespace", "librechat"),
    ("PersistentVolumeClaim", "ollama-data"),
    ("Deployment", "ollama"),
    ("Service", "ollama"),
    ("ServiceAccount", "ollama"),
    ("ServiceAccount", "ollama-model-pull"),
    ("Secret", "librechat-credentials-env"),
    ("ConfigMap", "librechat-config"),
    ("PersistentVolumeClaim", "librechat-data"),
    ("Deployment", "librechat"),
    ("Service", "librechat"),
    ("ServiceAccount", "librechat"),
    ("Ingress", "librechat"),
    ("StatefulSet", "librechat-mongodb"),
    ("Service", "librechat-mongodb"),
    ("Secret", "librechat-mongodb"),
    ("ConfigMap", "librechat-mongodb-init"),
    ("ServiceAccount", "librechat-mongodb"),
    ("PersistentVolumeClaim", "librechat-mongodb-data"),
    ("StatefulSet", "librechat-meilisearch"),
    ("Service", "librechat-meilisearch"),
    ("Secret", "librechat-meilisearch"),
    ("ServiceAccount", "librechat-meilisearch"),
    ("PersistentVolumeClaim", "librechat-meilisearch-data"),
}


def setting(stack: str, path: str, default: Any = None) -> Any:
    """What a stack file says at a key path."""
    value: Any = {key.partition(":")[2]: entry for key, entry in programs.stack_config(stack).items()}
    for part in path.split("."):
        if part not in value:
            return default
        value = value[part]
    return value


def addresses(program: Recording) -> list[tuple[str, str, str]]:
    """What has to be unique in a cluster."""
    return [(r.type, r.metadata.get("namespace", ""), r.object_name) for r in program.kubernetes()]


def test_there_is_a_stack_file_for_each_way_to_run() -> None:
    assert {"dev", "prod", "sandbox"} <= set(programs.STACKS)


def test_every_expected_object_is_there_once(program: Recording) -> None:
    found = [(r.kind, r.metadata.get("name")) for r in program.kubernetes()]
    assert {entry for entry in EXPECTED if found.count(entry) != 1} == set()


def test_no_two_objects_share_a_name(program: Recording) -> None:
    found = addresses(program)
    assert len(found) > len(EXPECTED)
    assert len(set(found)) == len(found)
    urns = [r.urn for r in program.resources]
    assert len(set(urns)) == len(urns)


def test_every_object_is_in_the_namespace_of_its_application(program: Recording) -> None:
    namespaced = [r for r in program.kubernetes() if "namespace" in r.metadata]
    assert {r.metadata["namespace"] for r in namespaced} == NAMESPACES
    for name in ("ollama", "ollama-data", "ollama-model-pull"):
        assert {r.metadata["namespace"] for r in namespaced if r.object_name == name} == {"ollama"}
    for name in ("librechat", "librechat-mongodb", "librechat-meilisearch", "librechat-config"):
        assert {r.metadata["namespace"] for r in namespaced if r.object_name == name} == {"librechat"}


def test_every_object_bears_the_recommended_labels(program: Recording, stack: str) -> None:
    for found in program.kubernetes():
        labels = found.metadata["labels"]
        assert labels["app.kubernetes.io/part-of"] == PROJECT, found.name
        assert labels["app.kubernetes.io/managed-by"] == "pulumi", found.name
        assert labels["env"] == setting(stack, "environment"), found.name
        if found.kind != "Namespace" and "namespace" in found.metadata:
            assert {"app.kubernetes.io/name", "app.kubernetes.io/component"} <= set(labels), found.name


def test_namespaces_have_the_labels_of_the_baseline_and_admit_only_restricted_pods(program: Recording) -> None:
    for name in NAMESPACES:
        labels = program.object("Namespace", name).metadata["labels"]
        assert labels["app"] == name
        assert labels["managed-by"] == "pulumi"
        for mode in ("enforce", "audit", "warn"):
            assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
            assert labels[f"pod-security.kubernetes.io/{mode}-version"].startswith("v1.")


def test_every_workload_and_service_selects_exactly_its_own_pods(program: Recording) -> None:
    found = pods(program)
    for pod in found:
        if pod.owner.kind in {"Deployment", "StatefulSet"}:
            selector = pod.owner.spec["selector"]["matchLabels"]
            assert selector.items() <= pod.metadata["labels"].items()
            namespace = pod.owner.metadata["namespace"]
            selected = [
                other.owner.name
                for other in found
                if other.owner.metadata["namespace"] == namespace
                and selector.items() <= other.metadata["labels"].items()
            ]
            assert selected == [pod.owner.name]
            # Immutable, so nothing in it may follow a setting.
            assert set(selector) == {"app.kubernetes.io/name", "app.kubernetes.io/part-of"}
    services = program.all("Service")
    assert len(services) >= 4
    for service in services:
        assert service.spec["type"] == "ClusterIP"
        owner = next(pod for pod in found if pod.owner.object_name == service.object_name)
        assert service.spec["selector"].items() <= owner.metadata["labels"].items()
        names = {port["name"] for entry in owner.containers() for port in entry.get("ports", [])}
        assert {port["targetPort"] for port in service.spec["ports"]} <= names


def test_every_pod_is_restricted(program: Recording) -> None:
    found = pods(program)
    assert len(found) >= 5
    assert any(pod.spec.get("initContainers") for pod in found)
    assert {pod.owner.name: list(violations(pod)) for pod in found if list(violations(pod))} == {}


def test_no_pod_gets_a_token_or_the_addresses_of_other_services(program: Recording) -> None:
    for pod in pods(program):
        assert pod.spec["automountServiceAccountToken"] is False, pod.owner.name
        assert pod.spec["enableServiceLinks"] is False, pod.owner.name
        account = program.object("ServiceAccount", pod.spec["serviceAccountName"], pod.owner.metadata["namespace"])
        assert account.inputs["automountServiceAccountToken"] is False
        assert account.object_name == pod.metadata["labels"]["app.kubernetes.io/name"]


def test_every_container_says_what_it_needs(program: Recording) -> None:
    for pod in pods(program):
        for found in pod.containers():
            assert set(found["resources"]["requests"]) == {"cpu", "memory"}, found["name"]
            assert "memory" in found["resources"]["limits"], found["name"]


def test_every_long_running_container_has_all_three_probes(program: Recording) -> None:
    for pod in pods(program):
        if pod.owner.kind in {"Deployment", "StatefulSet"}:
            for found in pod.spec["containers"]:
                ports = {port["name"] for port in found["ports"]}
                for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                    action = found[probe].get("httpGet") or found[probe]["tcpSocket"]
                    assert action["port"] in ports, (found["name"], probe)
                    assert found[probe]["periodSeconds"] > 0
                    assert found[probe]["failureThreshold"] > 0


def test_every_mount_has_a_volume_and_every_volume_a_mount(program: Recording) -> None:
    for pod in pods(program):
        volumes = [volume["name"] for volume in pod.spec.get("volumes", [])]
        mounted = {mount["name"] for found in pod.containers() for mount in found.get("volumeMounts", [])}
        assert sorted(volumes) == sorted(mounted), pod.owner.name
        for found in pod.containers():
            paths = [mount["mountPath"] for mount in found.get("volumeMounts", [])]
            assert len(set(paths)) == len(paths), found["name"]


def test_every_claim_secret_and_config_map_that_a_pod_names_is_there(program: Recording) -> None:
    for pod in pods(program):
        namespace = pod.owner.metadata["namespace"]
        for volume in pod.spec.get("volumes", []):
            if "persistentVolumeClaim" in volume:
                claim = volume["persistentVolumeClaim"]["claimName"]
                assert program.object("PersistentVolumeClaim", claim, namespace).urn in pod.owner.dependencies
            if "configMap" in volume:
                assert program.object("ConfigMap", volume["configMap"]["name"], namespace).urn in pod.owner.dependencies
        for found in pod.containers():
            assert "envFrom" not in found, "a Secret that lacks a key would go unnoticed"
            for reference in secret_references(found).values():
                secret = program.object("Secret", reference["name"], namespace)
                assert secret.urn in pod.owner.dependencies
                assert reference["key"] in secret.inputs["stringData"]


def test_every_image_is_pinned(program: Recording) -> None:
    references = {found["image"] for pod in pods(program) for found in pod.containers()}
    assert len(references) >= 4
    for reference in references:
        assert images.problem(reference) is None
        tag = reference.rpartition(":")[2]
        assert tag not in images.FLOATING_TAGS
        assert any(character.isdigit() for character in tag)


def test_one_setting_puts_a_mirror_in_front_of_every_image(execute: Execute) -> None:
    program = execute(imageRegistry="mirror.example.org/hub", imagePullSecrets=["login"])
    references = [found["image"] for pod in pods(program) for found in pod.containers()]
    assert len(references) >= 6
    assert {reference.startswith("mirror.example.org/hub/") for reference in references} == {True}
    assert {pod.owner.name: pod.spec.get("imagePullSecrets") for pod in pods(program)} == {
        pod.owner.name: [{"name": "login"}] for pod in pods(program)
    }
    expected = {f"mirror.example.org/hub/{image.repository}:{image.tag}" for image in pinned_images().values()}
    assert set(references) <= expected


def test_every_object_goes_through_the_provider_of_the_stack(program: Recording, stack: str) -> None:
    provider = program.named("kubernetes", "kubernetes")
    assert provider.inputs["context"] == setting(stack, "context")
    assert provider.inputs["clusterIdentifier"] == f"{PROJECT}/{stack}"
    for switch in ("enableConfigMapMutable", "enableSecretMutable", "enablePatchForce"):
        assert provider.inputs[switch] in {"true", True}
    limits = provider.inputs["kubeClientSettings"]
    assert (json.loads(limits) if isinstance(limits, str) else limits) == {"qps": 200, "burst": 400}
    objects = program.kubernetes()
    assert len(objects) >= len(EXPECTED)
    assert {r.name: r.provider for r in objects if not r.provider.startswith(f"{provider.urn}::")} == {}


def test_every_object_has_a_component_as_parent(program: Recording) -> None:
    components = {r.urn: r for r in program.resources if r.type.startswith(f"{PROJECT}:")}
    assert {r.type.rpartition(":")[2] for r in components.values()} >= {
        "Namespace", "Ollama", "MongoDB", "Meilisearch", "LibreChat",
    }  # fmt: skip
    for found in program.resources:
        if found.custom and not found.type.startswith("pulumi:providers:"):
            assert found.parent in components, found.name
    for component in components.values():
        assert component.urn in program.outputs, f"{component.name} registers no outputs"
        assert program.outputs[component.urn]


def test_the_names_of_children_begin_with_the_name_of_their_component(program: Recording) -> None:
    components = {r.urn: r for r in program.resources if r.type.startswith(f"{PROJECT}:")}
    children = [r for r in program.resources if r.parent in components]
    assert len(children) >= len(EXPECTED)
    assert [r.name for r in children if not r.name.startswith(f"{components[r.parent].name}-")] == []


def test_workloads_have_a_deadline_of_their_own(program: Recording) -> None:
    workloads = [r for r in program.kubernetes() if r.kind in {"Deployment", "StatefulSet", "Job"}]
    assert len(workloads) >= 5
    for found in workloads:
        assert set(found.timeouts) == {"create", "update"}, found.name
        assert all(value.endswith("s") and int(value[:-1]) > 0 for value in found.timeouts.values())
        if found.kind != "Job":  # a model may take hours to download
            assert int(found.timeouts["update"][:-1]) < 600, found.name
        if found.kind == "Deployment":
            assert f"{found.inputs['spec']['progressDeadlineSeconds']:.0f}s" == found.timeouts["update"]


def test_a_pod_that_never_starts_is_replaced_by_a_corrected_one(program: Recording) -> None:
    found = program.all("StatefulSet")
    assert len(found) >= 1
    assert {item.inputs["spec"]["podManagementPolicy"] for item in found} == {"Parallel"}


def test_nothing_is_awaited_whose_own_await_says_nothing(program: Recording) -> None:
    found = [r for kind in ("Service", "PersistentVolumeClaim", "Ingress") for r in program.all(kind)]
    assert len(found) >= 9
    assert {r.name for r in found if r.metadata["annotations"].get("pulumi.com/skipAwait") != "true"} == set()
    awaited = [r for kind in ("Deployment", "StatefulSet", "Job") for r in program.all(kind)]
    assert {r.name for r in awaited if "pulumi.com/skipAwait" in r.metadata.get("annotations", {})} == set()


def test_protection_comes_for_all_data_together_or_not_at_all(program: Recording, stack: str) -> None:
    wanted = setting(stack, "dataProtection", False)
    held = [r for r in program.resources if r.kind in DATA or r.type == "kubernetes:core/v1:Namespace"]
    assert len([r for r in held if r.kind == "PersistentVolumeClaim"]) >= 4
    # What signs sessions is no data: it can be replaced at any time, by one number in the settings. Of the first
    # account's password the database has a hash of its own.
    sessions = {"librechat-jwt-secret", "librechat-jwt-refresh-secret"}
    held = [r for r in held if r.name not in {*sessions, "librechat-admin-password", "librechat-admin-secret"}]
    assert {r.name: (r.protect, r.retain_on_delete) for r in held} == {r.name: (wanted, wanted) for r in held}


def test_protection_is_for_data_only(execute: Execute) -> None:
    program = execute(dataProtection=True)
    protected = {r.kind for r in program.resources if r.protect or r.retain_on_delete}
    assert protected == {*DATA, "Namespace"}
    assert {r.kind for r in program.resources if r.protect != r.retain_on_delete} == set()


def test_objects_go_with_their_namespace_unless_data_stays(program: Recording, stack: str) -> None:
    for found in program.kubernetes():
        namespace = found.metadata.get("namespace")
        if namespace and found.kind not in AWAITED:
            expected = "" if setting(stack, "dataProtection") else program.object("Namespace", namespace).urn
            assert (found.name, found.deleted_with) == (found.name, expected)


def test_pods_and_volumes_are_deleted_before_their_namespace(program: Recording) -> None:
    # The engine hands down what a component goes with.
    assert {found.deleted_with for found in program.resources if found.kind in AWAITED or not found.custom} == {""}


def test_secrets_are_secret_inputs_and_appear_nowhere_else(program: Recording) -> None:
    secrets = program.all("Secret")
    assert len(secrets) >= 3
    for found in secrets:
        for key in found.inputs["stringData"]:
            assert found.is_secret(f"stringData.{key}"), f"{found.name}: {key}"
    values = set(program.generated().values())
    assert len(values) == len(program.generated()) >= 7
    texts = [text for r in program.resources for text in r.clear_texts()]
    assert len(texts) > 1000
    assert [text for text in texts if any(value in text for value in values)] == []


def test_the_only_secret_output_is_the_first_password(program: Recording, stack: str) -> None:
    generated = {"librechat_admin_password"} if setting(stack, "librechat.admin.email", "") else set()
    assert program.secret_exports == generated
    for name in generated:
        assert program.exports[name] == program.generated()["librechat-admin-password"]


def test_no_other_secret_is_in_an_output(program: Recording) -> None:
    exports = {name: value for name, value in program.exports.items() if name not in program.secret_exports}
    exported = [text for _, text in leaves(exports)]
    for value in program.generated().values():
        assert not any(value in text for text in exported)
    for urn, outputs in program.outputs.items():
        for path, text in leaves(outputs):
            if any(value in text for value in program.generated().values()):
                assert path in program.secret_outputs[urn], f"{urn}: {path}"


def test_outputs_say_what_comes_next(program: Recording, stack: str) -> None:
    scheme = "https" if setting(stack, "librechat.exposure.tls") else "http"
    assert program.exports["librechat_url"] == f"{scheme}://{setting(stack, 'librechat.exposure.host')}"
    assert program.exports["ollama_url"] == "http://ollama.ollama.svc.cluster.local:11434"
    assert program.exports["namespaces"] == {"ollama": "ollama", "librechat": "librechat"}
    assert program.exports["models"] == setting(stack, "ollama.models")
    assert program.exports["secrets"]["librechat"] == "librechat-credentials-env"
    for name in leaves(list(program.exports["secrets"].values())):
        assert program.object("Secret", name[1])
    command = program.exports["next_command"]
    if email := setting(stack, "librechat.admin.email", ""):
        assert program.exports["librechat_admin_email"] == email
        assert program.exports["secrets"]["librechat-admin"] == "librechat-admin"
        assert command == f"make login STACK={stack}"
        return
    assert f"--context {setting(stack, 'context')} -n librechat" in command
    assert "deploy/librechat" in command
    assert "create-user" in command
    kubeconfig = setting(stack, "kubeconfig")
    assert (f"--kubeconfig {kubeconfig}" in command) is bool(kubeconfig)


def test_one_list_of_models_feeds_the_pulls_and_librechat(program: Recording, stack: str) -> None:
    models = setting(stack, "ollama.models")
    assert {job.metadata["annotations"].get("ollama.com/model") for job in program.all("Job")} >= set(models)
    content = librechat_yaml(program)
    endpoint = content["endpoints"]["custom"][0]
    assert endpoint["models"]["default"] == models
    assert endpoint["name"] == "Ollama"
    assert endpoint["apiKey"] == "ollama"
    assert endpoint["baseURL"] == "http://ollama.ollama.svc.cluster.local:11434/v1"


def librechat_yaml(program: Recording) -> dict[str, Any]:
    return yaml.safe_load(program.object("ConfigMap", "librechat-config").inputs["data"]["librechat.yaml"])


def test_librechat_yaml_passes_the_lint(program: Recording) -> None:
    data = program.object("ConfigMap", "librechat-config").inputs["data"]
    assert list(data) == ["librechat.yaml"]
    assert lint_yaml(data["librechat.yaml"]) == []


def test_every_text_of_a_stack_file_for_pods_reaches_the_cluster(program: Recording, stack: str) -> None:
    ollama = program.object("Deployment", "ollama")
    limits = container(ollama, "ollama")["resources"]["limits"]
    assert limits["nvidia.com/gpu"] == str(setting(stack, "ollama.gpu.count"))
    claim = program.object("PersistentVolumeClaim", "ollama-data")
    assert claim.spec["resources"]["requests"]["storage"] == setting(stack, "ollama.storage.size", "10Gi")
    assert environment(ollama, "ollama")["OLLAMA_KEEP_ALIVE"] == setting(stack, "ollama.server.keepAlive", "5m")


@pytest.mark.parametrize("stack", ["dev", "sandbox"], indirect=True)
def test_the_baseline_is_there(program: Recording) -> None:
    """The table of the Terraform set-up that people come from: every object with its names and values."""
    deployment = program.object("Deployment", "ollama", "ollama")
    assert deployment.spec["replicas"] == 1
    ollama = container(deployment, "ollama")
    assert ollama["image"].startswith("docker.io/ollama/ollama:")
    assert ollama["ports"] == [{"name": "http", "containerPort": 11434, "protocol": "TCP"}]
    assert environment(deployment, "ollama")["OLLAMA_HOST"] == "0.0.0.0"  # noqa: S104 - the pod's own address
    assert ollama["resources"]["requests"] == {"cpu": "1", "memory": "4Gi"}
    assert ollama["resources"]["limits"]["nvidia.com/gpu"] == "1"
    claim = program.object("PersistentVolumeClaim", "ollama-data", "ollama")
    assert claim.spec == {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}
    service = program.object("Service", "ollama", "ollama")
    assert [port["port"] for port in service.spec["ports"]] == [11434]
    ingress = program.object("Ingress", "ollama-ingress", "ollama")
    assert ingress.spec["ingressClassName"] == "nginx"
    assert ingress.metadata["annotations"]["nginx.ingress.kubernetes.io/rewrite-target"] == "/"
    assert ingress.spec["rules"] == [
        {
            "host": "ollama.glukas.space",
            "http": {
                "paths": [
                    {
                        "path": "/",
                        "pathType": "Prefix",
                        "backend": {"service": {"name": "ollama", "port": {"number": 11434}}},
                    }
                ]
            },
        }
    ]
    secret = program.object("Secret", "librechat-credentials-env", "librechat")
    assert secret.inputs["type"] == "Opaque"
    values = secret.inputs["stringData"]
    assert set(values) >= {
        "JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY", "CREDS_IV", "MONGO_URI", "MEILI_HOST", "OLLAMA_BASE_URL",
    }  # fmt: skip
    assert values["MONGO_URI"].split("@")[1].startswith("librechat-mongodb:27017/LibreChat")
    assert values["MEILI_HOST"] == "http://librechat-meilisearch:7700"
    assert values["OLLAMA_BASE_URL"] == "http://ollama.ollama.svc.cluster.local:11434"
    assert librechat_yaml(program)["endpoints"]["custom"] == [
        {
            "name": "Ollama",
            "apiKey": "ollama",
            "baseURL": "http://ollama.ollama.svc.cluster.local:11434/v1",
            "models": {"default": ["llama2:latest"], "fetch": True},
            "titleConvo": True,
            "titleModel": "llama2:latest",
            "titleTiming": "final",
            "modelDisplayLabel": "Ollama",
            "addParams": {"temperature": 0.7, "maxTokens": 2000},
        }
    ]
    labels = program.object("Namespace", "ollama").metadata["labels"]
    assert labels["env"] == "development"


def test_two_stacks_side_by_side_share_no_name(execute: Execute, default_program: Recording) -> None:
    first = default_program
    second = execute(stack="second", namespaces={"prefix": "second-"})
    assert len(addresses(first)) == len(addresses(second)) >= len(EXPECTED)
    assert set(addresses(first)) & set(addresses(second)) == set()
    assert second.exports["namespaces"] == {"ollama": "second-ollama", "librechat": "second-librechat"}
    assert second.exports["ollama_url"] == "http://ollama.second-ollama.svc.cluster.local:11434"
    assert librechat_yaml(second)["endpoints"]["custom"][0]["baseURL"].startswith("http://ollama.second-ollama.svc.")
    texts = [text for r in second.kubernetes() for text in r.clear_texts()]
    assert not any("ollama.ollama." in text for text in texts)


def test_namespaces_can_have_any_name(execute: Execute) -> None:
    program = execute(namespaces={"ollama": "inference", "librechat": "chat"}, clusterDomain="k8s.example.org")
    assert {r.metadata["namespace"] for r in program.kubernetes() if "namespace" in r.metadata} == {"inference", "chat"}
    assert program.exports["ollama_url"] == "http://ollama.inference.svc.k8s.example.org:11434"


def test_an_external_mongodb_takes_the_place_of_ours(execute: Execute) -> None:
    uri = "mongodb://user:hunter2@db.example.org:27017/LibreChat"
    program = execute(frozenset({f"{PROJECT}:mongodb"}), mongodb={"external": {"uri": uri}})
    assert [r for r in program.resources if r.kind == "MongoDB" or "mongodb" in r.name] == []
    secret = program.object("Secret", "librechat-credentials-env")
    assert secret.inputs["stringData"]["MONGO_URI"] == uri
    assert secret.is_secret("stringData.MONGO_URI")
    assert not any("hunter2" in text for r in program.resources for text in r.clear_texts())
    assert not any("hunter2" in text for _, text in leaves(program.exports))


def test_an_external_meilisearch_takes_the_place_of_ours(execute: Execute) -> None:
    key = "0123456789abcdef-key"
    external = {"url": "https://search.example.org/", "masterKey": key}
    program = execute(frozenset({f"{PROJECT}:meilisearch"}), meilisearch={"external": external})
    assert [r for r in program.resources if r.kind == "Meilisearch" or "meilisearch" in r.name] == []
    secret = program.object("Secret", "librechat-credentials-env")
    assert secret.inputs["stringData"]["MEILI_HOST"] == "https://search.example.org"
    assert secret.inputs["stringData"]["MEILI_MASTER_KEY"] == key
    assert secret.is_secret("stringData.MEILI_MASTER_KEY")
    assert not any(key in text for r in program.resources for text in r.clear_texts())
    assert environment(program.object("Deployment", "librechat"), "librechat")["SEARCH"] == "true"


def test_search_can_be_off(execute: Execute) -> None:
    program = execute(meilisearch={"enabled": False})
    assert [r for r in program.resources if "meilisearch" in r.name] == []
    assert "MEILI_HOST" not in program.object("Secret", "librechat-credentials-env").inputs["stringData"]
    assert environment(program.object("Deployment", "librechat"), "librechat")["SEARCH"] == "false"


def test_labels_of_the_stack_are_on_every_object(execute: Execute) -> None:
    program = execute(labels={"team": "platform", "app.kubernetes.io/name": "other"}, environment="test-1")
    objects = program.kubernetes()
    assert len(objects) >= len(EXPECTED)
    assert {r.metadata["labels"]["team"] for r in objects} == {"platform"}
    assert {r.metadata["labels"]["env"] for r in objects} == {"test-1"}
    # What selects pods is never replaced by a setting.
    assert template(program.object("Deployment", "ollama")).metadata["labels"]["app.kubernetes.io/name"] == "ollama"


def rollouts(program: Recording) -> dict[str, dict[str, str]]:
    """The checksums in the pod templates, by workload."""
    return {
        pod.owner.object_name: {k: v for k, v in pod.metadata.get("annotations", {}).items() if "checksum/" in k}
        for pod in pods(program)
    }


def test_nothing_rolls_without_a_change(execute: Execute, default_program: Recording) -> None:
    first, second = default_program, execute()
    assert any(rollouts(first).values())
    assert [vars_of(r) for r in ordered(first)] == [vars_of(r) for r in ordered(second)]


def ordered(program: Recording) -> list[Resource]:
    """All but the provider, whose kubeconfig is that of the test."""
    found = [r for r in program.resources if not r.type.startswith("pulumi:providers:")]
    return sorted(found, key=lambda r: r.urn)


def vars_of(resource: Resource) -> tuple[Any, ...]:
    return (resource.urn, resource.inputs)


@pytest.mark.parametrize(
    ("settings", "changed"),
    [
        ({"librechat": {"config": {"cache": False}}}, {("librechat", "checksum/config")}),
        ({"librechat": {"uploadLimitMb": 30}}, {("librechat", "checksum/config")}),
        ({"ollama": {"models": ["llama3.2:3b", "qwen3:8b"]}}, {("librechat", "checksum/config")}),
        ({"librechat": {"jwtRotation": 2}}, {("librechat", "checksum/secret")}),
        ({"mongodb": {"external": {"uri": "mongodb://db.example.org/x"}}}, {("librechat", "checksum/secret")}),
        ({"ollama": {"server": {"keepAlive": "1h"}}}, set()),
        ({"librechat": {"extraEnvironment": {"A": "b"}}}, set()),
        ({"librechat": {"resources": {"limits": {"memory": "3Gi"}}}}, set()),
    ],
)
def test_pods_roll_when_what_they_read_changes_and_only_then(
    execute: Execute, default_program: Recording, settings: dict[str, Any], changed: set[tuple[str, str]]
) -> None:
    before, after = rollouts(default_program), rollouts(execute(**settings))
    assert {
        (name, key) for name, sums in after.items() for key, value in sums.items() if value != before[name].get(key)
    } == changed


def test_credentials_of_sessions_rotate_and_those_of_stored_data_do_not() -> None:
    before, after = (
        programs.librechat(jwtRotation=rotation).object("Secret", "librechat-credentials-env").inputs["stringData"]
        for rotation in (1, 2)
    )
    assert {key for key in before if before[key] != after[key]} == {"JWT_SECRET", "JWT_REFRESH_SECRET"}
