"""Keys and certificates of one cluster, made on this machine and never shared between clusters."""

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.cluster.files import private_directory, write_private
from sandbox.cluster.ports import LOOPBACK

VALID_FOR = datetime.timedelta(days=3650)
"""A cluster that is kept for years must still start; what protects the keys is the mode of their files."""

SERVICE_NETWORK = ipaddress.ip_network("10.96.0.0/16")
"""Addresses of Services; the first one is that of `kubernetes.default`."""


@dataclass(frozen=True)
class Identity:
    """Who a certificate speaks for."""

    file: str
    """Name of the files, without suffix."""
    user: str
    """Common name: the user name that Kubernetes sees."""
    group: str | None = None
    """Organization: the group that Kubernetes sees."""
    serves: bool = False
    """Whether the certificate is shown by a server on loopback too."""


ADMIN = Identity("admin", "sandbox-admin", "system:masters")
IDENTITIES = (
    ADMIN,
    Identity("kwok", "system:sandbox:kwok", "system:masters"),
    Identity("kube-controller-manager", "system:kube-controller-manager", serves=True),
    Identity("kube-scheduler", "system:kube-scheduler", serves=True),
    Identity("kube-apiserver", "kube-apiserver", serves=True),
    Identity("etcd", "etcd", serves=True),
)

_SERVER_NAMES = (
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)


@dataclass(frozen=True)
class Pki:
    """Where the keys and certificates of a cluster are."""

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
    """Return the keys and certificates of a cluster, making them all if they are not complete.

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
        certificate = _certificate(identity.user, identity.group, key.public_key(), ca_key, ca, serves=identity.serves)
        write_private(pki.certificate(identity.file), _pem(certificate))
    # The authority's own key is not kept: nothing is signed later.
    write_private(pki.service_account_key, _key_pem(ec.generate_private_key(ec.SECP256R1())))
    write_private(complete, "")
    return pki


def _certificate(
    user: str,
    group: str | None,
    public: ec.EllipticCurvePublicKey,
    ca_key: ec.EllipticCurvePrivateKey,
    ca: x509.Certificate | None,
    *,
    serves: bool = False,
) -> x509.Certificate:
    """Return a signed certificate: the authority's own where `ca` is None."""
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
        purposes = [ExtendedKeyUsageOID.CLIENT_AUTH, *([ExtendedKeyUsageOID.SERVER_AUTH] if serves else [])]
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if serves:
        addresses = (ipaddress.ip_address(LOOPBACK), SERVICE_NETWORK[1])
        names = [*map(x509.DNSName, _SERVER_NAMES), *map(x509.IPAddress, addresses)]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(ca_key, hashes.SHA256())


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
    # kube-apiserver reads the key of the service accounts in the older of the two formats only.
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
