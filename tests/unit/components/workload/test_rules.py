"""Rules for every `resources` in the settings."""

from pydantic import Field

from components.settings.base import Section
from components.workload.rules import limit_below_request, resources_below
from components.workload.settings import Amounts, Resources

LOW = Resources(requests=Amounts(memory="2Gi"), limits=Amounts(memory="1Gi"))


class Server(Section):
    """A section with resources."""

    resources: Resources = Resources()


class Servers(Section):
    """A section with others, by name too."""

    main: Server = Server()
    pools: dict[str, Server] = Field(default_factory=dict)


def test_resources_are_found_in_sections_and_in_mappings_of_them() -> None:
    servers = Servers(main=Server(resources=LOW), pools={"amd": Server()})
    assert dict(resources_below(servers, "ollama.")) == {
        "ollama.main.resources": LOW,
        "ollama.pools.amd.resources": Resources(),
    }


def test_a_limit_below_its_request_is_refused_at_the_limit() -> None:
    (finding,) = limit_below_request(Server(resources=LOW), "ollama.")
    assert str(finding) == (
        'ollama.resources.limits.memory = "1Gi": is less than `ollama.resources.requests.memory: 2Gi`'
    )
