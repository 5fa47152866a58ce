"""Changes of settings against what is deployed: which are refused, with which words, and how a person insists."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.settings.validation import validate
from components.stack.data.changes import refused_changes
from components.stack.data.deployed import DeployedStack, from_state
from components.stack.data.objects import data_objects
from components.stack.settings import Settings

PASSWORD = "correct-horse-battery-staple"


def settings(**values: Any) -> Settings:
    found, findings = validate(Settings, values)
    assert findings == []
    return found


def urn(chain: str, name: str) -> str:
    return f"urn:pulumi:test::ollama-librechat::{chain}::{name}"


CLAIMS = {"ollama": "10Gi", "librechat": "5Gi", "mongodb": "10Gi", "meilisearch": "5Gi"}
COMPONENTS = {"ollama": "Ollama", "librechat": "LibreChat", "mongodb": "MongoDB", "meilisearch": "Meilisearch"}
PASSWORDS = {
    "librechat-creds-key": "librechat",
    "librechat-creds-iv": "librechat",
    "librechat-jwt-secret": "librechat",
    "mongodb-root-password": "mongodb",
    "mongodb-password": "mongodb",
    "meilisearch-master-key": "meilisearch",
}
IMAGES = {"mongodb": "docker.io/library/mongo:8.0.20", "meilisearch": "docker.io/getmeili/meilisearch:v1.35.1"}


def state(
    *, storage_class: str = "", images: dict[str, str] | None = None, leave_out: tuple[str, ...] = ()
) -> dict[str, dict[str, Any]]:
    """The state of a stack with default settings, as the engine gives it."""
    resources: dict[str, dict[str, Any]] = {
        urn("pulumi:providers:kubernetes", "kubernetes"): {"outputs": {"context": "minikube", "kubeconfig": "/k"}},
    }

    def add(owner: str, kind: str, name: str, outputs: dict[str, Any]) -> None:
        chain = f"ollama-librechat:index:{COMPONENTS.get(owner, owner)}${kind}"
        if name not in leave_out:
            resources[urn(chain, name)] = {"type": kind, "outputs": outputs}

    for namespace in ("ollama", "librechat"):
        metadata = {"name": namespace}
        add("Namespace", "kubernetes:core/v1:Namespace", f"{namespace}-namespace", {"metadata": metadata})
    for owner, size in CLAIMS.items():
        namespace = "ollama" if owner == "ollama" else "librechat"
        asked: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
        if storage_class:
            asked["storageClassName"] = storage_class
        outputs = {
            "metadata": {"name": f"{owner}-data", "namespace": namespace},
            "spec": {"storageClassName": "standard", **asked},
            "__inputs": {"spec": asked},
        }
        add(owner, "kubernetes:core/v1:PersistentVolumeClaim", f"{owner}-data", outputs)
        if owner != "ollama":
            secret = {"metadata": {"name": owner, "namespace": namespace}, "stringData": {"key": PASSWORD}}
            add(owner, "kubernetes:core/v1:Secret", f"{owner}-secret", secret)
    for owner, image in {**IMAGES, **(images or {})}.items():
        spec = {"template": {"spec": {"containers": [{"image": image}]}}}
        outputs = {"metadata": {"name": owner, "namespace": "librechat"}, "spec": spec}
        add(owner, "kubernetes:apps/v1:StatefulSet", f"{owner}-stateful-set", outputs)
    for name, owner in PASSWORDS.items():
        add(owner, "random:index/randomPassword:RandomPassword", name, {"result": PASSWORD})
    add("librechat", "kubernetes:apps/v1:Deployment", "librechat-deployment", {"metadata": {"name": "librechat"}})
    return resources


def findings(deployed: DeployedStack | None = None, **values: Any) -> dict[str, str]:
    values = {"context": "minikube", **values}
    known = from_state(state()) if deployed is None else deployed
    return {found.path: str(found) for found in refused_changes(known, settings(**values), {}, Path("/nowhere"))}


def test_the_state_of_default_settings_is_what_default_settings_ask_for() -> None:
    assert set(from_state(state()).data) == set(data_objects(settings()))


def test_unchanged_settings_are_not_refused() -> None:
    assert findings() == {}


def test_nothing_deployed_refuses_nothing() -> None:
    assert findings(DeployedStack(), mongodb={"image": "mongo:4.4.1"}, namespaces={"prefix": "b-"}) == {}


def test_no_value_of_a_secret_is_kept() -> None:
    assert PASSWORD not in repr(vars(from_state(state())))
    assert all(PASSWORD not in repr((found.spec, found.asked)) for found in from_state(state()).data.values())


@pytest.mark.parametrize("owner", list(CLAIMS))
def test_a_claim_grows_and_never_shrinks(owner: str) -> None:
    assert findings(**{owner: {"storage": {"size": "11Ti"}}}) == {}
    text = findings(**{owner: {"storage": {"size": "1Gi"}}})[f"{owner}.storage.size"]
    assert f"{owner}-data has {CLAIMS[owner]} and cannot shrink" in text
    assert f"`{owner}.storage.existingClaim`" in text


def test_a_storage_class_stays() -> None:
    text = findings(mongodb={"storage": {"storageClassName": "fast"}})["mongodb.storage.storageClassName"]
    assert "has the StorageClass standard and keeps it" in text
    # Naming the class that the cluster chose, and leaving out a named one, makes the provider replace the claim.
    assert set(findings(mongodb={"storage": {"storageClassName": "standard"}})) == {"mongodb.storage.storageClassName"}
    named = from_state(state(storage_class="fast"))
    assert set(findings(named)) == {f"{owner}.storage.storageClassName" for owner in CLAIMS}


def test_an_access_mode_stays() -> None:
    text = findings(librechat={"storage": {"accessMode": "ReadWriteMany"}})["librechat.storage.accessMode"]
    assert "has ReadWriteOnce and keeps it" in text


LEAVING: list[tuple[str, str, dict[str, Any]]] = [
    ("mongodb", "mongodb.external", {"mongodb": {"external": {"existingSecret": "elsewhere"}}}),
    ("mongodb", "mongodb.storage.existingClaim", {"mongodb": {"storage": {"existingClaim": "other"}}}),
    ("mongodb", "mongodb.existingSecret", {"mongodb": {"existingSecret": "own"}}),
    ("meilisearch", "meilisearch.enabled", {"meilisearch": {"enabled": False}}),
    (
        "meilisearch",
        "meilisearch.external.url",
        {"meilisearch": {"external": {"url": "https://search.example.org", "existingSecret": "key"}}},
    ),
    ("meilisearch", "meilisearch.existingSecret", {"meilisearch": {"existingSecret": "own"}}),
    ("librechat", "librechat.storage.existingClaim", {"librechat": {"storage": {"existingClaim": "other"}}}),
    ("librechat", "librechat.existingSecret", {"librechat": {"existingSecret": "own"}}),
    ("ollama", "ollama.storage.existingClaim", {"ollama": {"storage": {"existingClaim": "other"}}}),
]


@pytest.mark.parametrize(("owner", "path", "values"), LEAVING, ids=[path for _, path, _ in LEAVING])
def test_what_leaves_data_behind_is_refused_until_its_loss_is_allowed(
    owner: str, path: str, values: dict[str, Any]
) -> None:
    text = findings(**values)[path]
    assert "would delete" in text
    assert f"to insist, set `allowDataLoss: [{owner}]`" in text
    assert findings(**values, allowDataLoss=[owner]) == {}
    assert path in findings(**values, allowDataLoss=[name for name in CLAIMS if name != owner])


def with_pools(*pools: str) -> DeployedStack:
    resources = state()
    asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}
    for pool in pools:
        metadata = {"name": f"ollama-{pool}-data", "namespace": "ollama"}
        outputs = {"metadata": metadata, "spec": asked, "__inputs": {"spec": asked}}
        chain = "ollama-librechat:index:Ollama$kubernetes:core/v1:PersistentVolumeClaim"
        resources[urn(chain, f"ollama-{pool}-data")] = {"outputs": outputs}
    return from_state(resources)


def test_a_pool_that_is_left_out_is_named() -> None:
    found = findings(with_pools("amd", "data", "big"), ollama={"pools": {"big": {"storage": {"existingClaim": "b"}}}})
    assert set(found) == {"ollama.pools.amd", "ollama.pools.data", "ollama.pools.big.storage.existingClaim"}
    text = found["ollama.pools.amd"]
    assert "would delete PersistentVolumeClaim ollama/ollama-amd-data; its models would have to be pulled" in text
    assert "set `allowDataLoss: [ollama]`" in text
    assert findings(with_pools("amd"), allowDataLoss=["ollama"]) == {}


def test_a_claim_and_a_secret_that_are_left_behind_are_told_apart() -> None:
    found = findings(librechat={"storage": {"existingClaim": "other"}, "existingSecret": "own"})
    assert "PersistentVolumeClaim librechat/librechat-data" in found["librechat.storage.existingClaim"]
    assert "PersistentVolumeClaim" not in found["librechat.existingSecret"]


@pytest.mark.parametrize(
    "name",
    [
        *("ollama-auth-token", "ollama-amd-auth-secret", "librechat-metrics-token"),
        *("librechat-admin-password", "librechat-admin-secret"),
    ],
)
def test_a_token_that_no_data_needs_may_go(name: str) -> None:
    kind = "kubernetes:core/v1:Secret" if name.endswith("secret") else "random:index/randomPassword:RandomPassword"
    component = COMPONENTS[name.partition("-")[0]]
    token = {urn(f"ollama-librechat:index:{component}${kind}", name): {"outputs": {}}}
    assert findings(from_state({**state(), **token})) == {}


def with_backups() -> DeployedStack:
    """The state of a stack with backups on a volume."""
    resources = state()
    chain = "ollama-librechat:index:MongoDB$"
    metadata = {"name": "librechat-mongodb-backup", "namespace": "librechat"}
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}
    claim = {
        "metadata": {**metadata, "name": "librechat-mongodb-backup-data"},
        "spec": spec,
        "__inputs": {"spec": spec},
    }
    for kind, name, outputs in (
        ("kubernetes:core/v1:PersistentVolumeClaim", "mongodb-backup-data", claim),
        ("kubernetes:core/v1:Secret", "mongodb-backup-secret", {"metadata": metadata}),
        ("random:index/randomPassword:RandomPassword", "mongodb-backup-password", {}),
    ):
        resources[urn(f"{chain}{kind}", name)] = {"type": kind, "outputs": outputs}
    return from_state(resources)


@pytest.mark.parametrize(
    ("path", "backup"),
    [
        ("mongodb.backup.enabled", {}),
        ("mongodb.backup.s3.bucket", {"enabled": True, "s3": {"bucket": "archives", "existingSecret": "s3"}}),
        ("mongodb.backup.storage.existingClaim", {"enabled": True, "storage": {"existingClaim": "nas"}}),
    ],
)
def test_archives_are_not_left_behind_by_oversight(path: str, backup: dict[str, Any]) -> None:
    deployed = with_backups()
    assert findings(deployed, mongodb={"backup": {"enabled": True}}) == {}
    (text,) = findings(deployed, mongodb={"backup": backup}).values()
    assert text.startswith(f"{path} = ")
    assert "PersistentVolumeClaim librechat/librechat-mongodb-backup-data" in text
    assert "copy the archives elsewhere first" in text
    assert findings(deployed, mongodb={"backup": backup}, allowDataLoss=["mongodb"]) == {}


def test_the_volume_of_the_archives_never_shrinks() -> None:
    smaller = {"backup": {"enabled": True, "storage": {"size": "5Gi"}}}
    assert set(findings(with_backups(), mongodb=smaller)) == {"mongodb.backup.storage.size"}


def test_a_namespace_keeps_its_name() -> None:
    found = findings(namespaces={"prefix": "alice-"})
    (text,) = found.values()
    assert "allowDataLoss: [" in text
    assert findings(namespaces={"prefix": "alice-"}, allowDataLoss=list(CLAIMS)) == {}
    only = findings(namespaces={"ollama": "models"})
    assert set(only) == {"namespaces.ollama"}
    assert "PersistentVolumeClaim ollama/ollama-data" in only["namespaces.ollama"]
    assert findings(namespaces={"ollama": "models"}, allowDataLoss=["ollama"]) == {}


def test_protected_data_has_to_be_unprotected_first() -> None:
    text = findings(meilisearch={"enabled": False}, dataProtection=True)["meilisearch.enabled"]
    assert "set `dataProtection: false` and run `pulumi up`, then set `allowDataLoss: [meilisearch]`" in text


@pytest.mark.parametrize(("before", "after"), [(1, 2), (3, 1), (2, 3)])
def test_protected_credentials_are_not_replaced(before: int, after: int) -> None:
    resources = state()
    chain = "ollama-librechat:index:LibreChat$random:index/randomPassword:RandomPassword"
    if before > 1:
        resources[urn(chain, "librechat-creds-key")]["outputs"]["keepers"] = {"rotation": str(before)}
    known, key = from_state(resources), "rotateCredentialsAndLoseStoredKeys"
    assert findings(known, dataProtection=True, librechat={key: before}) == {}
    assert findings(known, librechat={key: after}) == {}
    found = findings(known, dataProtection=True, librechat={key: after})
    assert set(found) == {f"librechat.{key}"}
    for words in (f"set it back to {before}", "never be read again", "`dataProtection: false`"):
        assert words in found[f"librechat.{key}"]


@pytest.mark.parametrize(
    ("owner", "missing"),
    [
        ("mongodb", ("mongodb-root-password", "mongodb-password", "mongodb-secret")),
        ("librechat", ("librechat-creds-key", "librechat-creds-iv", "librechat-secret")),
    ],
)
def test_credentials_are_not_generated_for_data_of_others(owner: str, missing: tuple[str, ...]) -> None:
    deployed = from_state(state(leave_out=missing))
    text = findings(deployed)[f"{owner}.existingSecret"]
    assert "generated ones do not fit" in text
    assert findings(deployed, allowDataLoss=[owner]) == {}


@pytest.mark.parametrize(
    ("owner", "before", "after", "words"),
    [
        ("mongodb", "mongo:7.0.14", "mongo:8.0.20", ""),
        ("mongodb", "mongo:8.0.20", "mongo:8.2.1", ""),
        ("mongodb", "mongo:8.0.20", "mongo:8.0.4", ""),
        ("mongodb", "mongo:6.0.1", "mongo:8.0.20", "go to 7.0 first"),
        ("mongodb", "mongo:7.0.14", "mongo:8.2.1", "go to 8.0 first"),
        ("mongodb", "mongo:8.0.20", "mongo:7.0.14", "stay on 8.0"),
        ("mongodb", "mongo:8.2.1", "mongo:8.0.20", "stay on 8.2"),
        ("mongodb", "mongo:8.0.20", "mongo@sha256:" + "0" * 64, ""),
        ("meilisearch", "getmeili/meilisearch:v1.12.0", "getmeili/meilisearch:v1.35.1", ""),
        ("meilisearch", "getmeili/meilisearch:v1.11.3", "getmeili/meilisearch:v1.35.1", "older than 1.12.0"),
        ("meilisearch", "getmeili/meilisearch:v1.11.3", "getmeili/meilisearch:v1.11.3", ""),
        ("meilisearch", "getmeili/meilisearch:v1.35.1", "getmeili/meilisearch:v1.35.0", "does not open"),
    ],
)
def test_a_version_that_would_not_open_the_data_is_refused(owner: str, before: str, after: str, words: str) -> None:
    found = findings(from_state(state(images={owner: before})), **{owner: {"image": after}})
    if words:
        assert words in found[f"{owner}.image"]
    else:
        assert found == {}


def kubeconfig(path: Path, clusters: dict[str, tuple[str, str]]) -> Path:
    document = {
        "contexts": [{"name": name, "context": {"cluster": f"cluster-{name}"}} for name in clusters],
        "clusters": [
            {"name": f"cluster-{name}", "cluster": {"server": server, "certificate-authority-data": authority}}
            for name, (server, authority) in clusters.items()
        ],
    }
    path.write_text(yaml.safe_dump(document))
    return path


def moved(tmp_path: Path, **values: Any) -> dict[str, str]:
    clusters = {
        "minikube": ("https://a:8443", "QQ=="),
        "renamed": ("https://b:6443", "QQ=="),
        "other": ("https://a:8443", "Qg=="),
    }
    path = kubeconfig(tmp_path / "kubeconfig", clusters)
    deployed = DeployedStack(from_state(state()).data, from_state(state()).owners, str(path), "minikube")
    return findings(deployed, kubeconfig=str(path), **values)


def test_another_name_of_the_same_cluster_is_no_change(tmp_path: Path) -> None:
    assert moved(tmp_path, context="renamed") == {}


def test_another_cluster_is_refused(tmp_path: Path) -> None:
    assert "in the cluster of context `minikube`" in moved(tmp_path, context="other")["context"]
    assert moved(tmp_path, context="other", allowDataLoss=["cluster"]) == {}


def test_the_same_context_on_another_machine_is_no_change(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path / "elsewhere", {"minikube": ("https://a:8443", "QQ==")})
    assert findings(kubeconfig=str(path)) == {}
