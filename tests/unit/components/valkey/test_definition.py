"""What Valkey says of itself."""

from components.valkey.definition import VALKEY
from components.valkey.settings import ValkeySettings


def test_it_runs_once_if_at_all() -> None:
    assert list(VALKEY.containers(ValkeySettings())) == []
    (entry,) = VALKEY.containers(ValkeySettings(enabled=True))
    assert (entry.path, entry.pods) == ("valkey", 1)


def test_it_holds_no_data() -> None:
    assert VALKEY.data is None
