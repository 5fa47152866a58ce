"""Keys and certificates: private, complete, different for each cluster."""

import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.cluster.certificates import (
    IDENTITIES,
    REAL_NODE_ADDRESS,
    Identity,
    Pki,
    ensure_pki,
    ensure_server_certificate,
)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return ensure_pki(tmp_path_factory.mktemp("one") / "pki")


def _load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_only_the_owner_can_read(pki: Pki) -> None:
    assert stat.S_IMODE(pki.directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in pki.directory.iterdir()} == {0o600}


def test_key_of_the_authority_is_not_kept(pki: Pki) -> None:
    ca = _load(pki.ca).public_key()
    keys = [load_pem_private_key(path.read_bytes(), None) for path in pki.directory.glob("*.key")]
    assert len(keys) == len(IDENTITIES) + 1
    assert all(key.public_key() != ca for key in keys)


@pytest.mark.parametrize("identity", IDENTITIES, ids=lambda identity: identity.file)
def test_certificate_speaks_for_its_identity_only(pki: Pki, identity: Identity) -> None:
    certificate = _load(pki.certificate(identity.file))
    certificate.verify_directly_issued_by(_load(pki.ca))
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    groups = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert [name.value for name in names] == [identity.user]
    assert [group.value for group in groups] == ([identity.group] if identity.group else [])
    purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert (ExtendedKeyUsageOID.SERVER_AUTH in purposes) == (identity.serves or bool(identity.names))
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_server_is_known_by_loopback_address(pki: Pki) -> None:
    names = _load(pki.certificate("kube-apiserver")).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert {str(ip) for ip in names.value.get_values_for_type(x509.IPAddress)} == {"127.0.0.1", "10.96.0.1"}
    assert "kubernetes.default.svc" in names.value.get_values_for_type(x509.DNSName)


def test_kubelet_is_known_by_the_address_of_the_real_node_only(pki: Pki) -> None:
    names = _load(pki.certificate("kubelet")).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert [str(ip) for ip in names.value.get_values_for_type(x509.IPAddress)] == [REAL_NODE_ADDRESS]


def test_a_server_with_an_authority_of_its_own(tmp_path: Path) -> None:
    made = ensure_server_certificate(tmp_path / "one", "internet-ca", ["registry.example.org", "192.0.2.1"])
    certificate = _load(made.certificate("server"))
    certificate.verify_directly_issued_by(_load(made.ca))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["registry.example.org"]
    before = made.ca.read_bytes()
    assert ensure_server_certificate(tmp_path / "one", "internet-ca", ["other"]).ca.read_bytes() == before


def test_second_call_keeps_everything(pki: Pki) -> None:
    before = {path: path.read_bytes() for path in pki.directory.iterdir()}
    ensure_pki(pki.directory)
    assert {path: path.read_bytes() for path in pki.directory.iterdir()} == before


def test_interrupted_making_is_repeated(tmp_path: Path) -> None:
    first = ensure_pki(tmp_path)
    (tmp_path / "complete").unlink()
    old = first.ca.read_bytes()
    again = ensure_pki(tmp_path)
    assert again.ca.read_bytes() != old
    _load(again.certificate("admin")).verify_directly_issued_by(_load(again.ca))


def test_two_clusters_share_no_key(pki: Pki, tmp_path: Path) -> None:
    other = ensure_pki(tmp_path)
    mine = {path.read_bytes() for path in pki.directory.glob("*.key")}
    theirs = {path.read_bytes() for path in other.directory.glob("*.key")}
    assert mine.isdisjoint(theirs)
