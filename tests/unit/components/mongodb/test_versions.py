"""Which version of MongoDB opens the data of which."""

import pytest

from components.images import Version
from components.mongodb.versions import upgrade_problem


@pytest.mark.parametrize(
    ("deployed", "wanted"),
    [((8, 0, 20), (8, 0, 20)), ((8, 0, 20), (8, 0, 4)), ((8, 0, 4), (8, 2, 0)), ((7, 0, 5), (8, 0, 20))],
)
def test_the_next_release_opens_the_data(deployed: Version, wanted: Version) -> None:
    assert upgrade_problem(deployed, wanted) == ""


@pytest.mark.parametrize(("deployed", "wanted"), [((8, 0, 20), (7, 0, 5)), ((8, 2, 0), (8, 0, 20))])
def test_there_is_no_downgrade(deployed: Version, wanted: Version) -> None:
    problem = upgrade_problem(deployed, wanted)
    assert f"stay on {deployed[0]}.{deployed[1]}, or restore a backup into a new volume" in problem


@pytest.mark.parametrize(
    ("deployed", "wanted", "first"), [((6, 0, 1), (8, 0, 20), "7.0"), ((7, 0, 5), (8, 2, 0), "8.0")]
)
def test_no_major_release_is_skipped(deployed: Version, wanted: Version, first: str) -> None:
    problem = upgrade_problem(deployed, wanted)
    assert f"go to {first} first" in problem
    assert f'setFeatureCompatibilityVersion: "{first}"' in problem
