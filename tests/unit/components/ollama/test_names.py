"""Names of Ollama servers."""

import pytest

from components.ollama.names import pool_endpoint_name, server_name, server_path


@pytest.mark.parametrize(
    ("pool", "name", "path", "endpoint"),
    [("", "ollama", "ollama", "Ollama"), ("amd", "ollama-amd", "ollama.pools.amd", "Ollama (amd)")],
)
def test_a_pool_is_in_every_name_and_the_first_server_has_none(pool: str, name: str, path: str, endpoint: str) -> None:
    assert (server_name(pool), server_path(pool), pool_endpoint_name(pool)) == (name, path, endpoint)


def test_librechat_asks_every_server_for_its_models() -> None:
    # It does so for endpoints whose name begins with this word.
    assert pool_endpoint_name("amd").lower().startswith("ollama")
