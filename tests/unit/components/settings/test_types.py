"""Types of single settings: the edges of what is valid, and that nothing breaks a check."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.settings.validation import validate
from components.stack.settings import Settings

LABELS = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True)
HOSTS = (
    st.lists(LABELS, min_size=1, max_size=3).map(".".join).filter(lambda host: not host.rpartition(".")[2].isdigit())
)
SUFFIXES = ["", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "e3", "E+3", "e-1"]
QUANTITIES = st.tuples(
    st.from_regex(r"[1-9][0-9]{0,2}(\.[0-9]{1,3})?|[1-9][0-9]{0,2}\.|\.[0-9]{0,2}[1-9]", fullmatch=True),
    st.sampled_from(SUFFIXES),
)
PATHS = st.from_regex(r"[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*){0,2}", fullmatch=True)
TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", fullmatch=True)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64).map("@sha256:{}".format)
REGISTRIES = st.sampled_from(["", "localhost/", "localhost:5000/", "registry.example.org/", "r.example.org:443/"])


def refused(**document: Any) -> list[str]:
    """The findings about settings, as a person sees them."""
    _, findings = validate(Settings, document)
    return [str(finding) for finding in findings]


@given(QUANTITIES)
def test_every_quantity_of_kubernetes_is_accepted(parts: tuple[str, str]) -> None:
    assert refused(ollama={"resources": {"requests": {"cpu": "".join(parts)}}}) == []


@given(st.integers(0, 4096), st.sampled_from(["Mi", "Gi"]))
def test_numbers_may_stand_without_quotes(number: int, unit: str) -> None:
    assert refused(ollama={"resources": {"requests": {"cpu": number + 1}}}) == []
    assert refused(ollama={"resources": {"requests": {"cpu": number + 0.5}}}) == []
    assert refused(mongodb={"storage": {"size": f"{number + 1}{unit}"}}) == []


@given(HOSTS)
def test_every_host_name_is_accepted(host: str) -> None:
    assert refused(librechat={"exposure": {"host": host}}) == []


@given(st.text(string.ascii_letters + string.digits + ".-_/: \n", max_size=20))
def test_accepted_hosts_are_host_names(host: str) -> None:
    if not refused(librechat={"exposure": {"host": host}}) and host:
        assert host == host.lower().strip()
        assert not set(host) & set("_/: \n")
        assert all(0 < len(label) < 64 for label in host.removeprefix("*.").split("."))


@given(REGISTRIES, PATHS, TAGS, DIGESTS)
def test_every_image_with_a_tag_or_a_digest_is_accepted(registry: str, path: str, tag: str, digest: str) -> None:
    for suffix in (f":{tag}", digest, f":{tag}{digest}"):
        assert refused(ollama={"image": f"{registry}{path}{suffix}"}) == []
    assert "has no tag" in " ".join(refused(ollama={"image": f"{registry}{path}"}))


VALID: dict[str, dict[str, Any]] = {
    "nothing": {},
    "empty sections": {"ollama": {}, "librechat": {"exposure": {}}, "mongodb": {}, "meilisearch": {}},
    "for ever": {"ollama": {"server": {"keepAlive": -1}}},
    "at once": {"ollama": {"server": {"keepAlive": "0"}}},
    "composed duration": {"ollama": {"server": {"loadTimeout": "1h30m0.5s"}}},
    "most GPUs": {"ollama": {"gpu": {"count": 64, "vendor": "intel", "resourceName": "gpu.intel.com/xe"}}},
    "no limit": {"ollama": {"resources": {"limits": {"memory": ""}}}},
    "label with a domain": {"labels": {"example.org/team": "a_b.c-D", "empty": ""}},
    "label of 63": {"labels": {"a" * 63: "b" * 63}},
    "annotation with any text": {"ollama": {"exposure": {"annotations": {"a.b/c": "two words: {}"}}}},
    "wildcard": {"ollama": {"exposure": {"host": "*.example.org"}}},
    "one label": {"librechat": {"exposure": {"host": "localhost"}}},
    "host of 253": {"librechat": {"exposure": {"host": ".".join(["a" * 63] * 3 + ["b" * 61])}}},
    "cluster of databases": {"mongodb": {"external": {"uri": "mongodb://u:p@a:1,b:2,c:3/x?replicaSet=r"}}},
    "looked up": {"mongodb": {"external": {"uri": "mongodb+srv://u:p@cluster.example.org/x"}}},
    "registry with a path": {"imageRegistry": "mirror.example.org:5000/hub/"},
    "origin with a port": {"librechat": {"domain": "http://10.0.0.1:3080"}},
    "prefix": {"namespaces": {"prefix": "a" * 40}},
    "shared volume": {"ollama": {"replicas": 2, "storage": {"accessMode": "ReadWriteMany"}}},
    "smallest size": {"mongodb": {"storage": {"size": "1Mi"}}},
    "names in a cron expression": {"mongodb": {"backup": {"schedule": "*/15 8-18/2 1,15 jan,JUL MON-FRI"}}},
    "macro for a cron expression": {"mongodb": {"backup": {"schedule": "@weekly", "timeZone": "Europe/Zurich"}}},
    "bucket": {"mongodb": {"backup": {"s3": {"bucket": "a.b-1", "prefix": "x/y", "existingSecret": "s3"}}}},
    "cache": {"ollama": {"server": {"kvCacheType": "q8_0", "flashAttention": True}}},
}


@pytest.mark.parametrize("name", VALID)
def test_edges_of_what_is_valid_are_accepted(name: str) -> None:
    assert refused(**VALID[name]) == []
