"""The type of a setting that names a model of Ollama."""

import re
from typing import Annotated

from pydantic import AfterValidator

_MODEL_LENGTH = 200
_MODEL = re.compile(
    r"(?:(?P<host>[\w.-]+\.[\w.-]+(?::\d+)?|localhost(?::\d+)?)/)?(?:[\w][\w.-]*/)?[\w][\w.-]*(?::[\w][\w.-]*)?",
    re.ASCII,
)


def _model(value: str) -> str:
    if not value or len(value) > _MODEL_LENGTH or not _MODEL.fullmatch(value):
        raise ValueError("not a model name of Ollama, write `name:tag`, for example `llama3.2:3b`")
    return value if ":" in value.rsplit("/", 1)[-1] else f"{value}:latest"


ModelName = Annotated[str, AfterValidator(_model)]
