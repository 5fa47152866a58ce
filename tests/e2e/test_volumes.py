"""Volumes whose driver gives the pod's group no right to them."""

import pytest
from pulumi.automation import CommandError

from sandbox.cluster.objects import ROOT_ONLY_STORAGE_CLASS
from tests.e2e.conftest import MakeDeployed
from tests.e2e.pods import Pods
from tests.e2e.target import Target


def test_a_volume_that_ignores_fs_group_fails_and_its_pod_says_why(
    make: MakeDeployed, sandbox: Target, pods: Pods
) -> None:
    del sandbox
    deployed = make(
        "rootonly",
        {"ollama": {"storage": {"storageClassName": ROOT_ONLY_STORAGE_CLASS}, "startupTimeoutSeconds": 40}},
    )
    with pytest.raises(CommandError):
        deployed.up()
    said = pods.must("-n", deployed.ollama, "logs", "deploy/ollama", "--tail=5")
    assert "mkdir /models/blobs: permission denied" in said
