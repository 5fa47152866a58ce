"""Selectors of the pods at the ends of a flow."""

from components.network.peers import label_selector, peer
from components.workload.manifests import NAME_LABEL


def test_former_pods_are_selected_too() -> None:
    pods = label_selector({"pod_labels": {NAME_LABEL: "ollama", "app": "a"}, "former_name": "ollama-chart"})
    assert pods == {
        "match_labels": {"app": "a"},
        "match_expressions": [{"key": NAME_LABEL, "operator": "In", "values": ["ollama", "ollama-chart"]}],
    }


def test_both_selectors_are_in_one_entry() -> None:
    assert peer({"pod_labels": {"app": "a"}, "namespace": "chat"}) == {
        "pod_selector": {"match_labels": {"app": "a"}},
        "namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": "chat"}},
    }


def test_without_a_namespace_it_is_that_of_the_policy() -> None:
    assert peer({"pod_labels": {"app": "a"}}) == {"pod_selector": {"match_labels": {"app": "a"}}}
