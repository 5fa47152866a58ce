"""Snapshots of everything that the program registers, for every stack file and for settings that use every feature.

`python -m tests.unit.snapshots` writes them anew after a change that is meant to show in the objects.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.unit import programs
from tests.unit.recording import Recording, Resource

FOLDER = Path(__file__).parent / "snapshot_files"

TWO_SERVERS: Mapping[str, Any] = {
    "ollama": {
        "models": ["llama3.2:3b", "registry.example.org:5000/team/model:v1"],
        "customModels": [{"name": "support:v1", "modelfile": "FROM llama3.2:3b\nSYSTEM Be brief."}],
        "pruneModels": True,
        "gpu": {"count": 1, "vendor": "nvidia", "runtimeClassName": "nvidia"},
        "exposure": {"type": "Ingress", "host": "ollama.example.org", "token": {"enabled": True}},
        "pools": {
            "amd": {"gpu": {"count": 2, "vendor": "amd"}, "storage": {"accessMode": "ReadWriteMany"}, "replicas": 2},
            "cpu": {"method": "helm", "models": ["qwen2.5:0.5b"]},
        },
    },
    "librechat": {
        "replicas": 2,
        "files": {
            "strategy": "s3",
            "s3": {"bucket": "uploads", "region": "eu-central-1", "existingSecret": "bucket-keys"},
        },
        "metrics": {"enabled": True, "labels": {"release": "prometheus"}},
        "admin": {"email": "admin@example.org", "existingSecret": "first-administrator"},
        "exposure": {
            "type": "HTTPRoute",
            "host": "chat.example.org",
            "controller": "envoy-gateway",
            "gateway": {"name": "public", "namespace": "gateways", "sectionName": "https"},
            "allowedNetworks": ["10.0.0.0/8"],
        },
        "config": {"interface": {"agents": False}},
    },
    "mongodb": {"backup": {"enabled": True}},
    "valkey": {"enabled": True},
    "labels": {"team": "ai"},
    "imageRegistry": "mirror.example.org/hub",
    "imagePullSecrets": ["mirror"],
    "dataProtection": True,
    "namespaces": {"prefix": "team-", "operatorGroup": "operators"},
}
EXTERNAL: Mapping[str, Any] = {
    "ollama": {"exposure": {"type": "Ingress", "host": "ollama.example.org", "allowedNetworks": ["10.0.0.0/8"]}},
    "librechat": {
        "method": "helm",
        "exposure": {
            "type": "Ingress",
            "host": "chat.example.org",
            "className": "traefik",
            "controller": "traefik",
            "allowedNetworks": ["10.0.0.0/8"],
            "tls": {"secretName": "chat-tls", "issuer": "letsencrypt"},
        },
        "pods": {"nodeSelector": {"pool": "web"}, "tolerations": [{"key": "web", "operator": "Exists"}]},
    },
    "mongodb": {"external": {"existingSecret": "database"}},
    "meilisearch": {"external": {"url": "https://search.example.org", "existingSecret": "search"}},
    "networkPolicies": {"prometheus": {"enabled": True}, "extraEgress": {"librechat": [{"ports": [{"port": 636}]}]}},
}
AUTOSCALED: Mapping[str, Any] = {
    "librechat": {
        "autoscaling": {"enabled": True},
        "storage": {"accessMode": "ReadWriteMany", "existingClaim": "uploads"},
        "exposure": {
            "type": "HTTPRoute",
            "host": "chat.example.org",
            "controller": "nginx-gateway-fabric",
            "gateway": {"name": "public"},
            "allowedNetworks": ["10.0.0.0/8"],
        },
        "jwtRotation": 2,
        "rotateCredentialsAndLoseStoredKeys": 3,
    },
    "mongodb": {
        "existingSecret": "database",
        "backup": {
            "enabled": True,
            "s3": {"bucket": "archives", "endpoint": "https://s3.example.org", "existingSecret": "archive-keys"},
        },
    },
    "meilisearch": {"existingSecret": "search"},
    "valkey": {"enabled": True, "existingSecret": "cache"},
    "namespaces": {"quota": {"enabled": False}, "limitRange": {"enabled": False}},
    "networkPolicies": {"enabled": False},
}
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "two-servers": TWO_SERVERS,
    "external": EXTERNAL,
    "autoscaled": AUTOSCALED,
}
"""Settings that together use every feature, by the name of their snapshot."""

NAMES = (*programs.STACKS, *SETTINGS)


def record(name: str, folder: Path) -> Recording:
    """Run the program for a snapshot.

    Args:
        name: a stack, or a key of `SETTINGS`.
        folder: an empty folder.
    """
    if name in SETTINGS:
        return programs.execute(programs.in_project(**SETTINGS[name]), folder, stack=name)
    return programs.recorded(name, folder)


def text(name: str, folder: Path) -> str:
    """Return everything that the program registers and exports for a snapshot, as YAML in the order of the URNs."""
    recording = record(name, folder)
    resources = sorted(recording.resources, key=lambda resource: resource.urn)
    content = {
        "resources": [_plain(resource) for resource in resources],
        "exports": recording.exports,
        "secret exports": sorted(recording.secret_exports),
    }
    written = yaml.dump(content, sort_keys=True, allow_unicode=True, width=1000, Dumper=_Dumper)
    return written.replace(str(folder), "FOLDER")


class _Dumper(yaml.CSafeDumper):
    """Writes a value that occurs twice, twice."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the name is that of PyYAML
        return True


def _plain(resource: Resource) -> dict[str, Any]:
    options = {
        "secrets": sorted(resource.secrets),
        "parent": resource.parent,
        "provider": resource.provider,
        "protect": resource.protect,
        "retainOnDelete": resource.retain_on_delete,
        "deletedWith": resource.deleted_with,
        "dependencies": sorted(resource.dependencies),
        "ignoreChanges": list(resource.ignore_changes),
        "deleteBeforeReplace": resource.delete_before_replace,
        "customTimeouts": dict(resource.timeouts),
    }
    return {
        "urn": resource.urn,
        "inputs": resource.inputs,
        "options": {key: value for key, value in options.items() if value},
    }


def main() -> None:
    """Write every snapshot."""
    FOLDER.mkdir(exist_ok=True)
    for name in NAMES:
        with tempfile.TemporaryDirectory() as folder:
            (FOLDER / f"{name}.yaml").write_text(text(name, Path(folder)))


if __name__ == "__main__":
    main()
