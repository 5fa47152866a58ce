"""Which version of Meilisearch opens the data of which."""

import pytest

from components.images import Version
from components.meilisearch.versions import upgrade_problem


@pytest.mark.parametrize(
    ("deployed", "wanted"), [((1, 35, 1), (1, 35, 1)), ((1, 12, 0), (1, 35, 1)), ((1, 11, 3), (1, 11, 3))]
)
def test_a_newer_version_opens_data_from_1_12_on(deployed: Version, wanted: Version) -> None:
    assert upgrade_problem(deployed, wanted) == ""


@pytest.mark.parametrize(
    ("deployed", "wanted", "words"),
    [
        ((1, 35, 1), (1, 35, 0), "Meilisearch 1.35.0 does not open the data of the deployed 1.35.1"),
        ((1, 11, 3), (1, 35, 1), "Meilisearch opens no data of 1.11.3, which is older than 1.12.0"),
    ],
)
def test_any_other_index_is_built_anew(deployed: Version, wanted: Version, words: str) -> None:
    problem = upgrade_problem(deployed, wanted)
    assert words in problem
    assert "`meilisearch.enabled: false` with `allowDataLoss: [meilisearch]`" in problem
