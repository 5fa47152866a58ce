"""The whole lifecycle: two stacks side by side, a refused stack, and what destroy leaves behind."""

import pytest
from kubernetes import client
from pulumi import automation as auto

from tests.engine.conftest import MakeStack
from tests.engine.stack import Kubernetes


def test_two_stacks_live_side_by_side(make_stack: MakeStack, kubernetes: Kubernetes) -> None:
    stacks = [make_stack(name, {"namespaces": {"prefix": f"{name}-"}}) for name in ("alice", "bob")]
    secrets = []
    for stack in stacks:
        stack.up()
    for stack in stacks:
        stack.preview(expect_no_changes=True, refresh=True)
        data = kubernetes.core.read_namespaced_secret("librechat-credentials-env", f"{stack.name}-librechat").data
        secrets.append(data["CREDS_KEY"])
    assert secrets[0] != secrets[1]

    stacks[0].destroy()
    names = kubernetes.namespaces()
    assert not {"alice-ollama", "alice-librechat"} & names
    assert {"bob-ollama", "bob-librechat"} <= names
    stacks[1].preview(expect_no_changes=True, refresh=True)


def test_destroy_leaves_nothing_behind(make_stack: MakeStack, kubernetes: Kubernetes) -> None:
    before = kubernetes.namespaces()
    stack = make_stack("gone", {"namespaces": {"prefix": "gone-"}})
    stack.up()
    assert kubernetes.namespaces() == before | {"gone-ollama", "gone-librechat"}
    volumes = [
        v for v in kubernetes.core.list_persistent_volume().items if v.spec.claim_ref.namespace.startswith("gone-")
    ]
    assert len(volumes) == 4
    stack.destroy()
    assert kubernetes.namespaces() == before
    left = [p for p in stack.resources() if p["type"] != "pulumi:pulumi:Stack"]
    assert left == []
    scheduling = client.SchedulingV1Api(kubernetes.api).list_priority_class().items
    assert [item.metadata.name for item in scheduling if item.metadata.name.startswith("gone-")] == []


def test_bad_settings_change_nothing(make_stack: MakeStack, kubernetes: Kubernetes) -> None:
    before = kubernetes.namespaces()
    stack = make_stack(
        "refused",
        {
            "namespaces": {"prefix": "refused-"},
            "ollama": {"gpu": {"cuont": 1, "vendor": "nvidea"}, "storage": {"size": "10GB"}},
            "librechat": {"replicas": 2},
            "colour": "blue",
        },
    )
    with pytest.raises(auto.errors.CommandError) as error:
        stack.up()
    text = str(error.value)
    for words in (
        "ollama.gpu.cuont",
        "`ollama.gpu.count`",
        "ollama.gpu.vendor",
        "nvidia, amd, intel",
        "ollama.storage.size",
        "librechat.replicas",
        "colour",
        "nothing was changed",
    ):
        assert words in text
    assert "Traceback" not in text
    assert kubernetes.namespaces() == before


def test_a_context_that_is_not_there_is_refused(make_stack: MakeStack) -> None:
    stack = make_stack("nocontext", {"namespaces": {"prefix": "nocontext-"}})
    stack.change({"context": "sandbx"})
    with pytest.raises(auto.errors.CommandError, match="did you mean `sandbox`"):
        stack.preview()
