"""What all components share, and how the args of one become settings."""

from typing import Any

import pytest

from components.context import CommonArgs, Context, checked_args, network_policies, resolve_args
from components.network.settings import NetworkPolicies
from components.settings.base import Section
from components.settings.findings import SettingsError
from components.workload.settings import Amounts, Resources
from tests.unit.recording import run


class Server(Section):
    """Settings of a component."""

    resources: Resources = Resources()


class ServerArgs(CommonArgs, total=False):
    """Args of a component."""

    resources: Any


def resolve(**args: Any) -> tuple[Server, Context]:
    return resolve_args(Server, {"namespace": "chat", **args}, ServerArgs, (), "`Server`")


def test_a_component_by_itself_needs_a_namespace_only() -> None:
    settings, context = resolve()
    assert settings == Server()
    assert context == Context(namespace="chat")
    assert not context.network_policies.enabled, "nobody's clients are known"


def test_args_become_settings_and_context() -> None:
    settings, context = resolve(
        resources={"limits": {"memory": "1Gi"}}, labels={"a": "b"}, network_policies={"dns": {"port": 5353}}
    )
    assert settings.resources.limits == Amounts(memory="1Gi")
    assert context.labels == {"a": "b"}
    assert (context.network_policies.enabled, context.network_policies.dns.port) == (True, 5353)


def test_rules_that_several_components_have_are_applied() -> None:
    with pytest.raises(SettingsError, match=r"resources\.limits\.memory"):
        resolve(resources={"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}})


def test_what_the_stack_has_checked_is_taken_as_it_is() -> None:
    below = Server(resources=Resources(requests=Amounts(memory="2Gi"), limits=Amounts(memory="1Gi")))
    context = Context(namespace="chat", labels={"a": "b"})
    args: Any = checked_args(ServerArgs, below, context, {})
    assert resolve_args(Server, args, ServerArgs, (), "`Server`") == (below, context)


def test_policies_are_off_unless_they_are_given() -> None:
    assert not network_policies(None).enabled
    assert network_policies({}).enabled
    given = NetworkPolicies()
    assert network_policies(given) is given
    with pytest.raises(SettingsError, match="`network_policies`"):
        network_policies({"dns": {"port": 0}})


def test_the_url_of_a_service_has_the_domain_of_the_cluster() -> None:
    context = Context(namespace="chat", cluster_domain="example.internal")
    assert run(lambda: context.service_url("search", 7700)).result == "http://search.chat.svc.example.internal:7700"
    assert run(lambda: context.inside("ai").service_url("a", 1)).result == "http://a.ai.svc.example.internal:1"
