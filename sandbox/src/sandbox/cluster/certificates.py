"""Keys and certificates of one cluster, created on this machine and never shared between clusters."""

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.cluster.files import private_directory, write_private
from sandbox.cluster.ports import LOOPBACK

VALID_FOR = datetime.timedelta(days=3650)
"""An old cluster must still start; the keys are protected by their file mode."""

SERVICE_NETWORK = ipaddress.ip_network("10.96.0.0/16")
"""Addresses of Services; the first one is that of `kubernetes.default`."""


@dataclass(frozen=True)
class Identity:
    """The subject of a certificate."""

    file: str
    """Name of the files, without suffix."""
    user: str
    """Common name: the user name that Kubernetes sees."""
    group: str | None = None
    """Organization: the group that Kubernetes sees."""
    serves: bool = False
    """Whether a server on loopback uses the certificate too."""
    names: tuple[str, ...] = ()
    """Addresses and host names of the server besides loopback."""


REAL_NODE = "real-1"
"""Name of the real node, which its kubelet's user name contains."""

REAL_NODE_ADDRESS = "10.77.0.10"
"""Address of the real node; it exists in the node's own network only."""

ADMIN = Identity("admin", "sandbox-admin", "system:masters")
IDENTITIES = (
    ADMIN,
    Identity("kwok", "system:sandbox:kwok", "system:masters"),
    Identity("kube-controller-manager", "system:kube-controller-manager", serves=True),
    Identity("kube-scheduler", "system:kube-scheduler", serves=True),
    Identity("kube-apiserver", "kube-apiserver", serves=True),
    Identity("etcd", "etcd", serves=True),
    # Of the real node, which may be added later, when nothing can be signed any more.
    Identity("kubelet", f"system:node:{REAL_NODE}", "system:nodes", names=(REAL_NODE, REAL_NODE_ADDRESS)),
    Identity("kubelet-client", "kube-apiserver-kubelet-client", "system:masters"),
    Identity("kube-proxy", "system:kube-proxy"),
    Identity("kube-router", "system:kube-router"),
    Identity("csi", "system:sandbox:csi"),
)

_LOOPBACK_NAMES = (
    LOOPBACK,
    str(SERVICE_NETWORK[1]),
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)


@dataclass(frozen=True)
class Pki:
    """Paths of a cluster's keys and certificates."""

    directory: Path

    @property
    def ca(self) -> Path:
        """Certificate of the cluster's own certificate authority."""
        return self.directory / "ca.crt"

    def certificate(self, name: str) -> Path:
        """Certificate of an identity."""
        return self.directory / f"{name}.crt"

    def key(self, name: str) -> Path:
        """Private key of an identity."""
        return self.directory / f"{name}.key"

    @property
    def service_account_key(self) -> Path:
        """Private key that signs the tokens of service accounts."""
        return self.key("service-accounts")


def ensure_pki(directory: Path) -> Pki:
    """Return the keys and certificates of a cluster, creating all of them if any is missing.

    Args:
        directory: Folder of the cluster's keys; created with mode 0700, its files with 0600.
    """
    pki = Pki(private_directory(directory))
    complete = directory / "complete"
    if complete.exists():
        return pki
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("sandbox-ca", None, ca_key.public_key(), ca_key, None)
    write_private(pki.ca, _pem(ca))
    for identity in IDENTITIES:
        key = ec.generate_private_key(ec.SECP256R1())
        write_private(pki.key(identity.file), _key_pem(key))
        names = [*(_LOOPBACK_NAMES if identity.serves else ()), *identity.names]
        certificate = _certificate(identity.user, identity.group, key.public_key(), ca_key, ca, names=names)
        write_private(pki.certificate(identity.file), _pem(certificate))
    # The authority's own key is not kept: nothing is signed later.
    write_private(pki.service_account_key, _key_pem(ec.generate_private_key(ec.SECP256R1())))
    write_private(complete, "")
    return pki


def ensure_server_certificate(directory: Path, authority: str, names: Sequence[str]) -> Pki:
    """Return key and certificate of a server, signed by its own authority; created if missing.

    Args:
        directory: Folder of the keys; created with mode 0700, its files with 0600.
        authority: Name of the authority.
        names: Host names and addresses of the server.
    """
    pki = Pki(private_directory(directory))
    if pki.certificate("server").exists():
        return pki
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _certificate(authority, None, ca_key.public_key(), ca_key, None)
    write_private(pki.ca, _pem(ca))
    write_private(pki.key("server"), _key_pem(key))
    write_private(
        pki.certificate("server"), _pem(_certificate(names[0], None, key.public_key(), ca_key, ca, names=names))
    )
    return pki


def _certificate(
    user: str,
    group: str | None,
    public: ec.EllipticCurvePublicKey,
    ca_key: ec.EllipticCurvePrivateKey,
    ca: x509.Certificate | None,
    *,
    names: Sequence[str] = (),
) -> x509.Certificate:
    """Return a signed certificate; a self-signed one, for the authority, if `ca` is None."""
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, user)]
    if group:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group))
    subject = x509.Name(attributes)
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(ca.subject if ca else subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=ca is None, path_length=None), critical=True)
        .add_extension(_key_usage(signs=ca is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
    )
    if ca is not None:
        purposes = [ExtendedKeyUsageOID.CLIENT_AUTH, *([ExtendedKeyUsageOID.SERVER_AUTH] if names else [])]
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(n) for n in names]), critical=False)
    return builder.sign(ca_key, hashes.SHA256())


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    # kube-apiserver reads the service accounts' key in the older of the two formats only.
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
