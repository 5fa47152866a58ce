"""What a stack needs from its cluster, derived from its objects."""

from decimal import Decimal

from cli.doctor.needs import Kind, pod_requests
from tests.unit.cli.doctor.stacks import needs_of


def test_kinds_have_the_version_of_their_api() -> None:
    kinds = {one.kind for one in needs_of().objects}
    assert {Kind("v1", "Namespace"), Kind("apps/v1", "Deployment"), Kind("networking.k8s.io/v1", "Ingress")} <= kinds


def test_kinds_of_add_ons_too() -> None:
    settings = {"librechat": {"metrics": {"enabled": True}}}
    assert Kind("monitoring.coreos.com/v1", "ServiceMonitor") in {one.kind for one in needs_of(**settings).objects}


def test_objects_that_the_stack_creates_need_not_be_there() -> None:
    assert needs_of().references == ()


def test_what_the_settings_name_has_to_be_there_with_its_keys() -> None:
    found = needs_of(
        mongodb={"existingSecret": "database"},
        ollama={"gpu": {"count": 1, "runtimeClassName": "nvidia"}, "storage": {"existingClaim": "models"}},
        librechat={
            "exposure": {"host": "chat.example.org", "tls": {"secretName": "chat-tls"}},
            "pods": {"envFrom": [{"secretRef": {"name": "proxy"}}, {"secretRef": {"name": "maybe", "optional": True}}]},
        },
        imagePullSecrets=["login"],
    ).references
    keys = {(one.kind, one.namespace, one.name): one.keys for one in found}
    assert keys.pop(("Secret", "librechat", "database")) > {"MONGO_URI", "MONGO_APP_PASSWORD"}
    assert keys == {
        ("RuntimeClass", "", "nvidia"): frozenset(),
        ("PersistentVolumeClaim", "ollama", "models"): frozenset(),
        ("Secret", "librechat", "chat-tls"): {"tls.crt", "tls.key"},
        ("Secret", "librechat", "proxy"): frozenset(),
        ("Secret", "librechat", "login"): {".dockerconfigjson"},
        ("Secret", "ollama", "login"): {".dockerconfigjson"},
    }


def test_a_certificate_that_cert_manager_brings_need_not_be_there() -> None:
    tls = {"secretName": "chat-tls", "issuer": "letsencrypt"}
    assert needs_of(librechat={"exposure": {"host": "chat.example.org", "tls": tls}}).references == ()


def test_a_pod_asks_for_all_its_containers_or_its_largest_init_container() -> None:
    spec = {
        "initContainers": [{"resources": {"requests": {"cpu": "2"}}}, {"resources": {"requests": {"memory": "1Gi"}}}],
        "containers": [
            {"resources": {"requests": {"cpu": "500m"}, "limits": {"nvidia.com/gpu": "1"}}},
            {"resources": {"requests": {"cpu": "250m", "memory": "2Gi"}}},
        ],
    }
    assert pod_requests(spec) == {"cpu": Decimal(2), "memory": Decimal(2 * 2**30), "nvidia.com/gpu": Decimal(1)}
