"""Names of objects."""

import pulumi

from components.workload.names import name_of
from tests.unit.recording import run


class Metadata:
    """Metadata with a name."""

    name = "given-by-the-server"


def test_the_name_is_that_of_the_object_and_else_the_requested_one() -> None:
    assert run(lambda: name_of(pulumi.Output.from_input(Metadata()), "asked")).result == "given-by-the-server"
    assert run(lambda: name_of(pulumi.Output.from_input(None), "asked")).result == "asked"
