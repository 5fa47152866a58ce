"""Whatever the settings accept, the program can be built from; whatever they refuse, nothing is registered."""

from pathlib import Path
from typing import Any

import pulumi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit import programs
from tests.unit.components.ollama.test_model_name import MODELS
from tests.unit.components.settings.test_types import HOSTS, LABELS, QUANTITIES
from tests.unit.pods import pods, violations

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SIZES = st.tuples(st.integers(1, 9999), st.sampled_from(["Mi", "Gi", "Ti", "G"])).map(
    lambda parts: f"{parts[0]}{parts[1]}"
)
AMOUNTS = QUANTITIES.map("".join)
STORAGE = st.fixed_dictionaries({}, optional={"size": SIZES, "storageClassName": LABELS, "existingClaim": LABELS})
RESOURCES = st.fixed_dictionaries({}, optional={"requests": st.fixed_dictionaries({}, optional={"cpu": AMOUNTS})})
NETWORKS = st.lists(st.sampled_from(["10.0.0.0/8", "192.0.2.7/32", "fd00::/8"]), max_size=2, unique=True)
EXPOSURE = st.one_of(
    st.fixed_dictionaries({"type": st.just("none")}),
    st.fixed_dictionaries(
        {"type": st.just("Ingress"), "host": HOSTS},
        optional={
            "controller": st.sampled_from(["ingress-nginx", "traefik", "haproxy", "haproxy-ingress", "other"]),
            "tls": st.just({"secretName": "t", "issuer": "i"}),
            "annotations": st.dictionaries(LABELS, TEXTS, max_size=2),
            "allowedNetworks": NETWORKS,
        },
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("HTTPRoute"),
            "host": HOSTS,
            "gateway": st.just({"name": "g"}),
            "controller": st.sampled_from(["traefik", "envoy-gateway", "nginx-gateway-fabric", "other"]),
        },
        optional={"annotations": st.dictionaries(LABELS, TEXTS, max_size=2), "allowedNetworks": NETWORKS},
    ),
)
OLLAMA_EXPOSURE = st.tuples(EXPOSURE, st.sampled_from([{"allowAnonymous": True}, {"token": {"enabled": True}}])).map(
    lambda both: {**both[0], **both[1]}
)
METHODS = st.sampled_from(["native", "helm"])
HELM = st.fixed_dictionaries(
    {},
    optional={
        "chart": st.sampled_from(["./charts/own", "own-1.2.3.tgz", "oci://charts.example.org/own", "own"]),
        "values": st.dictionaries(TEXTS.filter(bool), st.none() | st.integers(-9, 9) | st.lists(TEXTS, max_size=2)),
        "atomic": st.booleans(),
        "maxHistory": st.integers(0, 9),
    },
)
PODS = st.fixed_dictionaries(
    {},
    optional={
        "labels": st.dictionaries(LABELS, LABELS, max_size=2),
        "nodeSelector": st.dictionaries(LABELS, LABELS, max_size=1),
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "namespaces": st.fixed_dictionaries({}, optional={"prefix": st.just("alice-")}),
        "imageRegistry": HOSTS.filter(lambda host: len(host) < 60),
        "dataProtection": st.booleans(),
        "labels": st.dictionaries(LABELS, LABELS, max_size=2),
        "ollama": st.fixed_dictionaries(
            {},
            optional={
                "method": METHODS,
                "helm": HELM,
                "models": st.lists(MODELS, min_size=1, max_size=3, unique=True),
                "gpu": st.fixed_dictionaries(
                    {"count": st.integers(1, 8), "vendor": st.sampled_from(["nvidia", "amd", "intel"])}
                ),
                "storage": STORAGE,
                "resources": RESOURCES,
                "exposure": OLLAMA_EXPOSURE,
                "pods": PODS,
                "extraEnvironment": st.dictionaries(st.from_regex(r"[A-Z_]{1,8}", fullmatch=True), TEXTS, max_size=2),
            },
        ),
        "librechat": st.fixed_dictionaries(
            {},
            optional={
                "method": METHODS,
                "helm": HELM,
                "uploadLimitMb": st.integers(1, 4096),
                "storage": STORAGE,
                "resources": RESOURCES,
                "exposure": EXPOSURE,
                "pods": PODS,
            },
        ),
        "mongodb": st.fixed_dictionaries(
            {},
            optional={
                "storage": STORAGE,
                "pods": PODS,
                "resources": st.fixed_dictionaries(
                    {"limits": st.fixed_dictionaries({"memory": st.sampled_from(["1Gi", "2G", "3.5Gi"])})}
                ),
            },
        ),
        "meilisearch": st.fixed_dictionaries({"enabled": st.booleans()}, optional={"storage": STORAGE, "pods": PODS}),
    },
)


@settings(max_examples=5)
@given(document=DOCUMENTS)
def test_what_is_accepted_gives_a_program(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("project")
    accepted = True
    try:
        program = programs.execute(programs.in_project(**document), folder)
    except pulumi.RunError as error:
        accepted = False
        message = str(error)
    if accepted:
        found = pods(program)
        assert len(found) + len(program.all("Release")) >= 3
        assert [release.secrets for release in program.all("Release") if release.secrets] == []
        assert [rule for pod in found for rule in violations(pod)] == []
        addresses = [(r.type, r.metadata.get("namespace"), r.object_name) for r in program.kubernetes()]
        assert len(set(addresses)) == len(addresses)
    else:
        # The only way out: findings, each with its path.
        assert "refused, nothing was changed:\n  " in message


def test_the_documents_are_accepted_as_a_rule(tmp_path: Path) -> None:
    """Guards the property above: documents that were all refused would prove nothing."""
    document = {
        "ollama": {
            "exposure": {
                "host": "a.b",
                "type": "HTTPRoute",
                "gateway": {"name": "g"},
                "controller": "traefik",
                "token": {"enabled": True},
            },
            "gpu": {"count": 8, "vendor": "amd"},
        }
    }
    assert pods(programs.execute(programs.in_project(**document), tmp_path))
