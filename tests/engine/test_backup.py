"""Backups and restores on a real API server with simulated pods: admission, starts, stops and messages."""

import re
from typing import Any

import pytest
import yaml

from cli.backups import back_up, restore
from cli.errors import CommandError
from components.mongodb.backup.names import NAME, RESTORE
from components.stack.settings import images
from tests.engine.conftest import MakeStack
from tests.engine.stack import PROJECT, Kubernetes, Stack
from tests.engine.test_security import warned

NAMESPACE = "kept-librechat"
ARCHIVE = "librechat-20261123T023000Z.archive.gz"


@pytest.fixture(scope="module")
def kept(make_stack: MakeStack) -> Stack:
    stack = make_stack("kept", {"namespaces": {"prefix": "kept-"}, "mongodb": {"backup": {"enabled": True}}})
    stack.up()
    return stack


def templates(kubernetes: Kubernetes) -> dict[str, dict[str, Any]]:
    """Return the pod templates of the CronJobs, and of the Job that creates the user, by name."""
    crons = [kubernetes.plain(item) for item in kubernetes.batch.list_namespaced_cron_job(NAMESPACE).items]
    jobs = [kubernetes.plain(item) for item in kubernetes.batch.list_namespaced_job(NAMESPACE).items]
    found = {item["metadata"]["name"]: item["spec"]["jobTemplate"]["spec"]["template"] for item in crons}
    return found | {job["metadata"]["name"]: job["spec"]["template"] for job in jobs}


def jobs(kubernetes: Kubernetes, cron_job: str) -> list[dict[str, Any]]:
    """Return the Jobs that were created from a CronJob, oldest first."""
    found = [kubernetes.plain(item) for item in kubernetes.batch.list_namespaced_job(NAMESPACE).items]
    own = [job for job in found if re.fullmatch(rf"{cron_job}-\d+-\d+", job["metadata"]["name"])]
    return sorted(own, key=lambda job: job["metadata"]["creationTimestamp"])


def replicas(kubernetes: Kubernetes) -> int:
    return kubernetes.deployment(NAMESPACE, "librechat")["spec"]["replicas"]


def variables(job: dict[str, Any]) -> dict[str, str]:
    (container,) = job["spec"]["template"]["spec"]["containers"]
    return {entry["name"]: entry["value"] for entry in container["env"] if "value" in entry}


def test_every_pod_is_admitted_without_a_warning(kept: Stack, kubernetes: Kubernetes) -> None:
    del kept
    found = templates(kubernetes)
    assert set(found) >= {NAME, RESTORE}
    assert any(name.startswith(f"{NAME}-user-") for name in found)
    results = {name: warned(kubernetes, NAMESPACE, name, template) for name, template in found.items()}
    assert results == dict.fromkeys(found, "")


def test_the_pod_of_the_documentation_is_admitted_without_a_warning(kept: Stack, kubernetes: Kubernetes) -> None:
    del kept
    pod = yaml.safe_load((PROJECT / "docs" / "examples" / "archives-pod.yaml").read_text())
    pod["metadata"]["namespace"] = NAMESPACE
    created, _, headers = kubernetes.core.create_namespaced_pod_with_http_info(NAMESPACE, pod, dry_run="All")
    assert "Warning" not in headers
    (claim,) = [volume.persistent_volume_claim.claim_name for volume in created.spec.volumes]
    assert claim == f"{NAME}-data"
    assert pod["spec"]["containers"][0]["image"] == str(images()["mongodb"])


def test_a_backup_runs_now(kept: Stack, kubernetes: Kubernetes) -> None:
    del kept
    told: list[str] = []
    result = back_up(kubernetes.api, NAMESPACE, told.append)
    (job,) = jobs(kubernetes, NAME)
    assert job["metadata"]["name"] in result
    assert told[0] == f"Job {job['metadata']['name']}"
    (owner,) = job["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"]) == ("CronJob", NAME)


def test_a_restore_stops_librechat_backs_up_first_and_starts_it_again(kept: Stack, kubernetes: Kubernetes) -> None:
    before = len(jobs(kubernetes, NAME))
    told: list[str] = []
    result = restore(kubernetes.api, NAMESPACE, ARCHIVE, told.append)
    (job,) = jobs(kubernetes, RESTORE)
    assert job["metadata"]["name"] in result
    assert variables(job)["BACKUP"] == ARCHIVE
    backup = jobs(kubernetes, NAME)[-1]
    assert len(jobs(kubernetes, NAME)) == before + 1
    assert variables(backup)["KEEP_BACKUP"] == ARCHIVE
    words = ["backed up first", "LibreChat is being stopped", f"Job {job['metadata']['name']}", "LibreChat runs again"]
    positions = [next(i for i, line in enumerate(told) if word in line) for word in words]
    assert positions == sorted(positions)
    assert replicas(kubernetes) == 1
    kept.preview(expect_no_changes=True, refresh=True)


def simulate(kubernetes: Kubernetes, failure: str | None) -> None:
    """Let the pods of restores fail, or stop that."""
    prefix = "sandbox.ollama-librechat/simulate"
    annotations = {prefix: failure, f"{prefix}-message": failure and "disk full"}
    template = {"template": {"metadata": {"annotations": annotations}}}
    kubernetes.batch.patch_namespaced_cron_job(RESTORE, NAMESPACE, {"spec": {"jobTemplate": {"spec": template}}})


def test_a_restore_that_fails_leaves_librechat_stopped_until_the_next_up(kept: Stack, kubernetes: Kubernetes) -> None:
    simulate(kubernetes, "job-failed")
    with pytest.raises(CommandError) as failed:
        restore(kubernetes.api, NAMESPACE, ARCHIVE, lambda _: None, backup_first=False)
    text = str(failed.value)
    assert "disk full" in text
    assert "LibreChat stays stopped" in text
    assert "kubectl -n kept-librechat logs job/librechat-mongodb-restore-" in text
    assert replicas(kubernetes) == 0
    kept.up(refresh=True)
    assert replicas(kubernetes) == 1
    simulate(kubernetes, None)


def test_turning_backups_off_is_refused_while_there_are_archives(kept: Stack) -> None:
    kept.change({"mongodb": {"backup": {"enabled": False}}})
    with pytest.raises(
        Exception, match=r"mongodb.backup.enabled = false: would delete PersistentVolumeClaim"
    ) as refused:
        kept.preview()
    assert "copy the archives elsewhere first" in str(refused.value)
    kept.change({"mongodb": {"backup": {"enabled": True}}})


def test_a_bucket_takes_the_place_of_the_volume(kept: Stack, kubernetes: Kubernetes) -> None:
    s3 = {"bucket": "archives", "existingSecret": "s3"}
    kept.change({"mongodb": {"backup": {"s3": s3}}, "allowDataLoss": ["mongodb"]})
    kept.up()
    found = templates(kubernetes)
    results = {name: warned(kubernetes, NAMESPACE, name, template) for name, template in found.items()}
    assert results == dict.fromkeys(found, "")
    names = {claim.metadata.name for claim in kubernetes.core.list_namespaced_persistent_volume_claim(NAMESPACE).items}
    assert "librechat-mongodb-data" in names
    assert f"{NAME}-data" not in names
