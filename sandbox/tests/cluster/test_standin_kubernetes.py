"""The Kubernetes stand-in on a real API server; the official plugin passes the same tests where it is at hand."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from pulumi import ResourceOptions
from pulumi.automation import CommandError

from sandbox.engine import Engine

from .conftest import Kubectl, MakeStack

pytestmark = pytest.mark.engine


@pytest.fixture
def namespace(request: pytest.FixtureRequest, kubectl: Kubectl) -> Iterator[str]:
    """A namespace that no stack owns."""
    name = f"t{abs(hash(request.node.name)) % 10**8}"
    kubectl.must("create", "namespace", name)
    yield name
    kubectl.must("delete", "namespace", name, "--wait=false")


def config_map(namespace: str, name: str | None = None, **data: str) -> Callable[[ResourceOptions], None]:
    """A program with one ConfigMap."""

    def program(opts: ResourceOptions) -> None:
        metadata = {"namespace": namespace, **({"name": name} if name else {})}
        made = k8s.core.v1.ConfigMap("settings", metadata=metadata, data=data, opts=opts)
        pulumi.export("name", made.metadata.name)

    return program


def deployment(
    namespace: str, *, annotations: dict[str, str] | None = None, timeout: str = "60s", **pod: Any
) -> Callable[[ResourceOptions], None]:
    """A program with one Deployment; keywords change its pod's specification."""

    def program(opts: ResourceOptions) -> None:
        container = {
            "name": "web",
            "image": pod.get("image", "nginx:1.27"),
            "env": [{"name": "EMPTY", "value": ""}],
            "resources": {"requests": {"cpu": "1000m", "memory": "1024Mi", **pod.get("requests", {})}},
        }
        labels = {"app": pod.get("app", "web")}
        k8s.apps.v1.Deployment(
            "web",
            metadata={"name": "web", "namespace": namespace, "annotations": annotations or {}},
            spec={
                "replicas": 1,
                "strategy": {"type": "Recreate"},
                "selector": {"match_labels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"host_network": False, "containers": [container]},
                },
            },
            opts=ResourceOptions.merge(
                opts, ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create=timeout, update=timeout))
            ),
        )

    return program


def uid(kubectl: Kubectl, namespace: str, *what: str) -> str:
    return str(kubectl.get("-n", namespace, *what)["metadata"]["uid"])


def application(opts: ResourceOptions) -> None:
    """A namespace with one object of each kind that is waited for."""
    space = k8s.core.v1.Namespace("space", metadata={"name": "standin-application"}, opts=opts)
    below = ResourceOptions.merge(opts, ResourceOptions(parent=space))
    name = space.metadata.name
    claim = k8s.core.v1.PersistentVolumeClaim(
        "data",
        metadata={"name": "data", "namespace": name},
        spec={"access_modes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1024Mi"}}},
        opts=below,
    )
    labels = {"app": "web"}
    pod = {
        "containers": [{"name": "c", "image": "nginx:1.27", "volume_mounts": [{"name": "d", "mount_path": "/d"}]}],
        "volumes": [{"name": "d", "persistent_volume_claim": {"claim_name": claim.metadata.name}}],
        "security_context": {},
    }
    k8s.apps.v1.Deployment(
        "web",
        metadata={"namespace": name},
        spec={
            "selector": {"match_labels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
        opts=below,
    )
    k8s.apps.v1.StatefulSet(
        "store",
        metadata={"name": "store", "namespace": name},
        spec={
            "service_name": "store",
            "selector": {"match_labels": {"app": "store"}},
            "template": {
                "metadata": {"labels": {"app": "store"}},
                "spec": {"containers": [{"name": "c", "image": "mongo:8.0"}]},
            },
        },
        opts=below,
    )
    k8s.batch.v1.Job(
        "task",
        metadata={"name": "task", "namespace": name},
        spec={
            "template": {"spec": {"restart_policy": "Never", "containers": [{"name": "c", "image": "busybox:1.37"}]}}
        },
        opts=below,
    )
    service = k8s.core.v1.Service(
        "web-service",
        metadata={"name": "web", "namespace": name},
        spec={"selector": labels, "ports": [{"port": 80, "target_port": 8080}]},
        opts=below,
    )
    k8s.networking.v1.Ingress(
        "web-ingress",
        metadata={"name": "web", "namespace": name},
        spec={
            "rules": [
                {
                    "host": "web.test",
                    "http": {
                        "paths": [
                            {
                                "path": "/",
                                "path_type": "Prefix",
                                "backend": {"service": {"name": service.metadata.name, "port": {"number": 80}}},
                            }
                        ]
                    },
                }
            ]
        },
        opts=below,
    )
    k8s.core.v1.Secret("key", metadata={"namespace": name}, string_data={"key": "v4lue-of-the-key"}, opts=below)
    k8s.core.v1.ResourceQuota(
        "quota", metadata={"namespace": name}, spec={"hard": {"requests.storage": "10240Mi", "pods": 20}}, opts=below
    )
    pulumi.export("cluster_ip", service.spec.cluster_ip)


def test_a_whole_application_comes_up_stays_unchanged_and_goes(make: MakeStack, kubectl: Kubectl) -> None:
    stack = make()

    assert stack.preview(application)["create"] == 11
    assert stack.up()["create"] == 11

    assert stack.preview(refresh=True, expect_no_changes=True) == {"same": 11}
    space = "standin-application"
    assert stack.outputs()["cluster_ip"] == kubectl.get("-n", space, "service", "web")["spec"]["clusterIP"]
    assert kubectl.get("-n", space, "job", "task")["status"]["succeeded"] == 1
    assert kubectl.get("-n", space, "pvc", "data")["status"]["phase"] == "Bound"
    assert all(
        item["status"]["phase"] in ("Running", "Succeeded") for item in kubectl.get("-n", space, "pods")["items"]
    )

    stack.destroy()
    assert not kubectl.exists("namespace", space)


def test_an_image_is_changed_in_place(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    stack = make()
    stack.up(deployment(namespace))
    before = uid(kubectl, namespace, "deployment", "web")

    assert stack.up(deployment(namespace, image="nginx:1.28"))["update"] == 1

    live = kubectl.get("-n", namespace, "deployment", "web")
    assert live["metadata"]["uid"] == before
    assert live["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1.28"
    assert live["status"]["readyReplicas"] == 1


def test_other_spellings_of_the_same_value_are_no_change(make: MakeStack, namespace: str) -> None:
    stack = make()
    stack.up(deployment(namespace))

    assert "update" not in stack.preview(deployment(namespace, requests={"cpu": "1", "memory": "1Gi"}))
    assert stack.preview(deployment(namespace, requests={"cpu": "2"}))["update"] == 1


def test_a_selector_needs_a_new_object(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    stack = make()
    stack.up(deployment(namespace))
    before = uid(kubectl, namespace, "deployment", "web")

    assert stack.up(deployment(namespace, app="other"))["replace"] == 1

    assert uid(kubectl, namespace, "deployment", "web") != before


def test_data_of_a_config_map_is_replaced_unless_it_is_mutable(
    make: MakeStack, namespace: str, kubectl: Kubectl
) -> None:
    sealed, mutable = make(), make(enable_config_map_mutable=True)
    sealed.up(config_map(namespace, a="1"))
    mutable.up(config_map(namespace, "fixed", a="1"))
    generated, fixed = sealed.outputs()["name"], uid(kubectl, namespace, "configmap", "fixed")
    assert generated.startswith("settings-")

    assert sealed.up(config_map(namespace, a="2"))["replace"] == 1
    assert mutable.up(config_map(namespace, "fixed", a="2"))["update"] == 1

    assert sealed.outputs()["name"] != generated
    assert not kubectl.exists("-n", namespace, "configmap", generated)
    assert uid(kubectl, namespace, "configmap", "fixed") == fixed
    assert kubectl.get("-n", namespace, "configmap", "fixed")["data"] == {"a": "2"}


def test_a_fixed_name_is_deleted_before_it_is_made_anew(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    stack = make()
    stack.up(config_map(namespace, "fixed", a="1"))
    before = uid(kubectl, namespace, "configmap", "fixed")

    assert stack.up(config_map(namespace, "fixed", a="2"))["replace"] == 1

    assert uid(kubectl, namespace, "configmap", "fixed") != before


def test_a_generated_name_can_be_spelled_out_later(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    stack = make(enable_config_map_mutable=True)
    stack.up(config_map(namespace, a="1"))
    name = stack.outputs()["name"]
    before = uid(kubectl, namespace, "configmap", name)

    stack.up(config_map(namespace, name, a="1"))

    assert uid(kubectl, namespace, "configmap", name) == before


def test_drift_is_found_and_repaired(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    stack = make(enable_config_map_mutable=True, enable_patch_force=True)
    stack.up(config_map(namespace, "fixed", a="1"))
    kubectl.must("-n", namespace, "patch", "configmap", "fixed", "-p", '{"data": {"a": "drifted", "more": "x"}}')

    assert stack.preview().get("update") is None  # not looked for
    with pytest.raises(CommandError, match="no changes were expected"):
        stack.preview(refresh=True, expect_no_changes=True)
    assert stack.up(refresh=True)["update"] == 1

    # What kubectl wrote is taken over, and goes with it what the program does not have.
    assert kubectl.get("-n", namespace, "configmap", "fixed")["data"] == {"a": "1"}
    assert stack.preview(refresh=True, expect_no_changes=True)["same"] == 3


def test_what_was_deleted_elsewhere_is_made_again(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    stack = make()
    stack.up(config_map(namespace, "fixed", a="1"))
    kubectl.must("-n", namespace, "delete", "configmap", "fixed")

    assert stack.up(refresh=True)["create"] == 1

    assert kubectl.get("-n", namespace, "configmap", "fixed")["data"] == {"a": "1"}
    kubectl.must("-n", namespace, "delete", "configmap", "fixed")
    stack.destroy()  # no error: it is gone already


def test_scaling_by_hand_conflicts_unless_the_provider_may_force(
    make: MakeStack, namespace: str, kubectl: Kubectl
) -> None:
    stack = make()
    stack.up(deployment(namespace))
    kubectl.must("-n", namespace, "scale", "deployment", "web", "--replicas=2")

    with pytest.raises(CommandError, match=r'conflict with "kubectl" with subresource "scale".*\.spec\.replicas'):
        stack.up(refresh=True)
    stack.provider["enable_patch_force"] = True
    assert stack.up(refresh=True)["update"] >= 1

    assert kubectl.get("-n", namespace, "deployment", "web")["spec"]["replicas"] == 1


def test_ignored_changes_stay_as_they_are(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    def program(image: str) -> Callable[[ResourceOptions], None]:
        inner = deployment(namespace, image=image)
        return lambda opts: inner(ResourceOptions.merge(opts, ResourceOptions(ignore_changes=["spec.replicas"])))

    stack = make()
    stack.up(program("nginx:1.27"))
    kubectl.must("-n", namespace, "scale", "deployment", "web", "--replicas=2")

    assert stack.up(program("nginx:1.28"), refresh=True)["update"] == 1

    live = kubectl.get("-n", namespace, "deployment", "web")
    assert live["spec"]["replicas"] == 2
    assert live["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1.28"


def test_an_existing_object_is_not_taken_over(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    kubectl.must("-n", namespace, "create", "configmap", "fixed", "--from-literal=a=theirs")
    stack = make()

    with pytest.raises(CommandError, match=r'configmaps "fixed" already exists'):
        stack.up(config_map(namespace, "fixed", a="ours"))

    assert kubectl.get("-n", namespace, "configmap", "fixed")["data"] == {"a": "theirs"}


def test_an_existing_object_can_be_overwritten_on_request(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    kubectl.must("-n", namespace, "create", "configmap", "fixed", "--from-literal=a=theirs")
    stack = make(upsert_existing_objects=True, enable_patch_force=True)

    assert stack.up(config_map(namespace, "fixed", a="ours"))["create"] == 3

    assert kubectl.get("-n", namespace, "configmap", "fixed")["data"] == {"a": "ours"}


def test_an_existing_object_can_be_imported(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    kubectl.must("-n", namespace, "create", "configmap", "fixed", "--from-literal=a=1")
    before = uid(kubectl, namespace, "configmap", "fixed")
    inner = config_map(namespace, "fixed", a="1")
    stack = make()

    stack.up(
        lambda opts: inner(ResourceOptions.merge(opts, ResourceOptions(import_=f"{namespace}/fixed"))),
    )

    assert uid(kubectl, namespace, "configmap", "fixed") == before
    assert stack.preview(inner, refresh=True, expect_no_changes=True)["same"] == 3


def test_an_object_of_others_can_be_read(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    kubectl.must("-n", namespace, "create", "configmap", "fixed", "--from-literal=a=theirs")

    def program(opts: ResourceOptions) -> None:
        found = k8s.core.v1.ConfigMap.get("found", f"{namespace}/fixed", opts=opts)
        pulumi.export("data", found.data)

    stack = make()
    stack.up(program)

    assert stack.outputs()["data"] == {"a": "theirs"}
    stack.destroy()
    assert kubectl.exists("-n", namespace, "configmap", "fixed")


def test_a_patch_manages_only_its_own_fields(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    def program(opts: ResourceOptions) -> None:
        k8s.core.v1.NamespacePatch("label", metadata={"name": namespace, "labels": {"team": "blue"}}, opts=opts)

    stack = make()
    stack.up(program)
    labels = kubectl.get("namespace", namespace)["metadata"]["labels"]
    assert labels["team"] == "blue"
    assert labels["kubernetes.io/metadata.name"] == namespace

    stack.destroy()
    assert "team" not in kubectl.get("namespace", namespace)["metadata"]["labels"]


def test_an_invalid_object_is_refused_in_the_preview(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    stack = make()
    with pytest.raises(CommandError, match=r"must be no more than 63 characters|must be a valid label|Invalid value"):
        stack.preview(deployment(namespace, app="not/a/label"))
    assert not kubectl.exists("-n", namespace, "deployment", "web")


def test_a_rollout_that_cannot_succeed_fails_with_pod_and_reason_and_is_kept(
    make: MakeStack, engine: Engine, namespace: str, kubectl: Kubectl
) -> None:
    stack = make()
    with pytest.raises(CommandError) as failure:
        stack.up(deployment(namespace, requests={"cpu": "1000"}, timeout="4s"))

    text = str(failure.value)
    assert "'web'" in text
    assert "timed out waiting to be Ready" in text
    assert "Minimum number of live Pods was not attained" in text
    if engine.stand_ins:  # they say more
        pod = kubectl.get("-n", namespace, "pods")["items"][0]["metadata"]["name"]
        assert f"[Pod {namespace}/{pod}]: 0/" in text
        assert "Insufficient cpu" in text
    assert stack.resource("web")["initErrors"]

    # Corrected, it is updated, not created again.
    assert stack.up(deployment(namespace))["update"] == 1
    assert "initErrors" not in stack.resource("web")


def test_a_job_that_fails_says_why(make: MakeStack, namespace: str) -> None:
    def program(opts: ResourceOptions) -> None:
        container = {"name": "c", "image": "busybox:1.37", "resources": {"requests": {"cpu": "1000"}}}
        k8s.batch.v1.Job(
            "task",
            metadata={"name": "task", "namespace": namespace},
            spec={
                "active_deadline_seconds": 1,
                "template": {"spec": {"restart_policy": "Never", "containers": [container]}},
            },
            opts=opts,
        )

    stack = make()
    started = time.monotonic()
    with pytest.raises(CommandError, match=r"\[DeadlineExceeded\] Job was active longer than specified deadline"):
        stack.up(program)
    assert time.monotonic() - started < 60


def a_job(namespace: str, *, image: str = "busybox:1.37", **annotations: str) -> Callable[[ResourceOptions], None]:
    """A program with one Job, whose specification is not compared, and whose pod has annotations."""

    def program(opts: ResourceOptions) -> None:
        metadata = {"annotations": {f"sandbox.ollama-librechat/{key}": text for key, text in annotations.items()}}
        container = {"name": "c", "image": image}
        k8s.batch.v1.Job(
            "task",
            metadata={"name": "task", "namespace": namespace, "annotations": {"pulumi.com/replaceUnready": "true"}},
            spec={
                "backoff_limit": 0,
                "template": {"metadata": metadata, "spec": {"restart_policy": "Never", "containers": [container]}},
            },
            opts=ResourceOptions.merge(opts, ResourceOptions(ignore_changes=["spec"], delete_before_replace=True)),
        )

    return program


def test_a_job_that_failed_is_made_anew_as_the_program_says_now(
    make: MakeStack, namespace: str, kubectl: Kubectl
) -> None:
    stack = make()
    with pytest.raises(CommandError, match="BackoffLimitExceeded"):
        stack.up(a_job(namespace, simulate="job-failed"))
    failed = uid(kubectl, namespace, "job", "task")
    # A refresh in between finds the same Job, which is no reason to leave it.
    stack.automation.refresh(on_output=stack.log.append)

    assert stack.preview(a_job(namespace, image="busybox:1.38"))["replace"] == 1
    assert stack.up(a_job(namespace, image="busybox:1.38"))["replace"] == 1

    job = kubectl.get("-n", namespace, "job", "task")
    assert job["metadata"]["uid"] != failed
    assert job["spec"]["template"]["spec"]["containers"][0]["image"] == "busybox:1.38"
    # Done, it stays, whatever the program says about its specification.
    assert stack.preview(a_job(namespace, image="busybox:1.39"), expect_no_changes=True)["same"] == 3


def test_waiting_can_be_switched_off(make: MakeStack, namespace: str) -> None:
    stack = make()
    unready = deployment(namespace, annotations={"pulumi.com/skipAwait": "true"}, requests={"cpu": "1000"})

    assert stack.up(unready)["create"] == 3

    assert "initErrors" not in stack.resource("web")
    assert stack.preview(refresh=True, expect_no_changes=True)["same"] == 3


def test_a_refresh_sees_that_an_object_is_not_ready(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    stack = make(enable_patch_force=True)
    stack.up(deployment(namespace))
    patch = '{"spec": {"template": {"spec": {"nodeSelector": {"no": "such-node"}}}}}'
    kubectl.must("-n", namespace, "patch", "deployment", "web", "-p", patch)
    time.sleep(1)

    stack.automation.refresh(on_output=stack.log.append)

    assert stack.resource("web")["initErrors"]


def test_values_that_are_known_only_later_can_be_previewed(make: MakeStack, namespace: str) -> None:
    def program(opts: ResourceOptions) -> None:
        space = k8s.core.v1.Namespace("space", metadata={"labels": {"for": namespace}}, opts=opts)
        secret = k8s.core.v1.Secret(
            "secret",
            metadata={"namespace": space.metadata.name},
            string_data={"uid": space.metadata.uid},
            opts=opts,
        )
        k8s.core.v1.ConfigMap(
            "map", metadata={"namespace": space.metadata.name}, data={"secret": secret.metadata.name}, opts=opts
        )

    stack = make()
    assert stack.preview(program)["create"] == 5
    assert stack.up()["create"] == 5


def test_secrets_are_encrypted_wherever_they_are_written(make: MakeStack, namespace: str, kubectl: Kubectl) -> None:
    # Not letter for letter in this file's traceback either: put together here.
    value = "-".join(["quite", "secret", "indeed"])
    encoded = "cXVpdGUtc2VjcmV0LWluZGVlZA=="

    def program(text: str) -> Callable[[ResourceOptions], None]:
        def inner(opts: ResourceOptions) -> None:
            secret = pulumi.Output.secret(text)
            made = k8s.core.v1.Secret(
                "secret", metadata={"name": "s", "namespace": namespace}, string_data={"k": text}, opts=opts
            )
            k8s.core.v1.ConfigMap(
                "map", metadata={"name": "m", "namespace": namespace}, data={"k": secret, "open": "o"}, opts=opts
            )
            pulumi.export("data", made.data)

        return inner

    stack = make(enable_config_map_mutable=True, enable_secret_mutable=True)
    stack.up(program("first"))
    stack.up(program(value), diff=True)
    stack.automation.refresh(on_output=stack.log.append, diff=True)

    assert kubectl.get("-n", namespace, "secret", "s")["data"] == {"k": encoded}
    assert kubectl.get("-n", namespace, "configmap", "m")["data"] == {"k": value, "open": "o"}
    assert stack.outputs()["data"] == {"k": encoded}
    written = stack.everything_written()
    assert '"open": "o"' in written
    assert value not in written
    assert encoded not in written


def test_another_namespace_is_waited_for(make: MakeStack) -> None:
    def program(opts: ResourceOptions) -> None:
        # No dependency between the two: whoever comes first, both come up.
        k8s.core.v1.ConfigMap("map", metadata={"name": "m", "namespace": "standin-late"}, data={"a": "1"}, opts=opts)
        k8s.core.v1.Namespace("space", metadata={"name": "standin-late"}, opts=opts)

    assert make().up(program)["create"] == 4
