"""librechat.yaml as the program renders it for every stack file, against LibreChat's own schema and our lint."""

from pathlib import Path

import pytest

from components.librechat.config.lint import lint_yaml
from tests.schema.upstream import Issue, validate_many
from tests.unit import programs


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("project")
    return {
        stack: programs.recorded(stack, folder).object("ConfigMap", "librechat-config").inputs["data"]["librechat.yaml"]
        for stack in programs.STACKS
    }


@pytest.fixture(scope="module")
def issues(rendered: dict[str, str]) -> dict[str, list[Issue]]:
    return dict(zip(rendered, validate_many(rendered.values()), strict=True))


@pytest.mark.parametrize("stack", programs.STACKS)
def test_every_stack_gives_what_librechat_accepts(
    stack: str, rendered: dict[str, str], issues: dict[str, list[Issue]]
) -> None:
    assert "Ollama" in rendered[stack]
    assert issues[stack] == []
    assert lint_yaml(rendered[stack]) == []
