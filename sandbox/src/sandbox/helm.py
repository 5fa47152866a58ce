"""The Helm command, built from its released Go module on first use."""

from pathlib import Path

from sandbox.build import GoProgram

# Version 3, as in the official Kubernetes plugin: version 4 has other flags and another status.
HELM = GoProgram(
    name="helm",
    version="v3.22.0",
    module=Path(__file__).resolve().parent / "helmbuild",
    title="Helm v3.22.0",
    cpu_minutes=3,
    package="helm.sh/helm/v3/cmd/helm",
    ldflags="-X helm.sh/helm/v3/internal/version.version=v3.22.0",
)
"""Helm's command line; version of go.mod in its module folder."""
