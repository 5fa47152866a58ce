"""Rules on the models of one Ollama server."""

import re
from collections.abc import Iterator

from ...settings.findings import Finding
from ..settings import CustomModel, OllamaPool

_FROM = re.compile(r"^[ \t]*FROM[ \t]+(\S+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_ADAPTER = re.compile(r"^[ \t]*ADAPTER[ \t]", re.IGNORECASE | re.MULTILINE)
_BLOCK = re.compile(r'""".*?"""', re.DOTALL)
DEFAULT_TAG = "latest"


def base_models(modelfile: str) -> list[str]:
    """Return the models in the `FROM` lines of a Modelfile; text in triple quotes is skipped."""
    return _FROM.findall(_BLOCK.sub('""', modelfile))


def with_tag(model: str) -> str:
    """Return a model's name with its tag, as in the settings."""
    return model if ":" in model.rsplit("/", 1)[-1] else f"{model}:{DEFAULT_TAG}"


def duplicate_models(settings: OllamaPool, prefix: str) -> Iterator[Finding]:
    """Refuse a model that is listed twice: `llama2` and `llama2:latest` are the same, and Ollama ignores case."""
    first: dict[str, str] = {}
    paths = [(f"{prefix}models[{index}]", model) for index, model in enumerate(settings.models)]
    paths += [
        (f"{prefix}customModels[{index}].name", custom.name) for index, custom in enumerate(settings.custom_models)
    ]
    for path, model in paths:
        earlier = first.setdefault(model.lower(), path)
        if earlier != path:
            yield Finding(path, f'"{model}"', f"is listed before as `{earlier}`, remove one")


def custom_bases(settings: OllamaPool, prefix: str) -> Iterator[Finding]:
    """Refuse a Modelfile whose base model the server would not have: a file, or a model that is not listed."""
    known = {model.lower() for model in settings.models}
    for index, custom in enumerate(settings.custom_models):
        yield from _base_model(custom, f"{prefix}customModels[{index}].modelfile", prefix, known)
        known.add(custom.name.lower())


def _base_model(custom: CustomModel, path: str, prefix: str, known: set[str]) -> Iterator[Finding]:
    bases = base_models(custom.modelfile)
    if len(bases) != 1:
        yield Finding(path, "", f"needs one line `FROM <model>`, it has {len(bases)}")
        return
    if _ADAPTER.search(_BLOCK.sub('""', custom.modelfile)):
        yield Finding(
            path, "", "`ADAPTER` names a file, and there is none in the pod: publish a model with the adapter"
        )
    if with_tag(bases[0]).lower() not in known:
        rule = f"its `FROM` is neither in `{prefix}models` nor a custom model before it, add it there"
        yield Finding(path, f'"{bases[0]}"', rule)


MODEL_RULES = (duplicate_models, custom_bases)
"""Rules on the models of one server."""
