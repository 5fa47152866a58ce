"""Parameters of a custom endpoint's `addParams` that never reach the model, and what to write instead.

LibreChat passes the parameters that its client knows, by the client's names, to that client, and puts everything else
into the body of the request. The client overwrites some fields of the body with its own value, set or not, and takes
others only from the call. tests/schema sends requests through the client, so a test fails when an upgrade changes this.

Sources: `getOpenAILLMConfig` of LibreChat (packages/api), @langchain/openai, and for Ollama `ChatCompletionRequest` in
openai/openai.go and `Options` in api/types.go.
"""

from collections.abc import Mapping
from types import MappingProxyType

MAX_TOKENS = "maxTokens"
"""What bounds the length of an answer: the client sends it as `max_tokens`, which Ollama takes as `num_predict`."""

_CALL_OPTIONS = """
    function_call functions include parallel_tool_calls prediction previous_response_id response_format seed
    stream_options text tool_choice tools truncation
"""
CALL_OPTIONS = frozenset(_CALL_OPTIONS.split())
"""Parameters that the client takes only from a call: LibreChat passes them with the rest, and they are dropped."""

OVERWRITTEN: Mapping[str, str] = MappingProxyType(
    {
        "max_tokens": MAX_TOKENS,
        "prompt_cache_key": "",
        "prompt_cache_retention": "",
        "verbosity": "",
    }
)
"""Fields of the body that the client overwrites, and the parameter that sets them; empty for none."""

_MODEL_OPTIONS = """
    draft_num_predict main_gpu min_p num_batch num_ctx num_gpu num_keep num_thread repeat_last_n repeat_penalty seed
    top_k typical_p use_mmap
"""
OLLAMA_INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(_MODEL_OPTIONS.split(), "as `PARAMETER` in the Modelfile of `ollama.customModels`"),
        "num_ctx": "as `ollama.server.contextLength`, or as `PARAMETER` in the Modelfile of `ollama.customModels`",
        "num_predict": f"as `{MAX_TOKENS}`",
        "max_completion_tokens": f"as `{MAX_TOKENS}`",
        "keep_alive": "as `ollama.server.keepAlive`",
        "think": "as `reasoning_effort`",
    }
)
"""Parameters that Ollama does not read from a chat request, and where to set them. Of these its OpenAI-compatible API
reads only `seed`, which LibreChat drops."""


def unsent(name: str) -> str | None:
    """Return what to do about a parameter that LibreChat does not send; None if it is sent."""
    if name in CALL_OPTIONS:
        return "LibreChat drops it, and no other parameter sets it: remove it"
    if name not in OVERWRITTEN:
        return None
    instead = OVERWRITTEN[name]
    return "LibreChat drops it" + (f", write `{instead}` instead" if instead else " and sends none: remove it")


def unread_by_ollama(name: str) -> str | None:
    """Return where to set a parameter that Ollama does not read from a chat request; None for any other."""
    where = OLLAMA_INSTEAD.get(name)
    return f"does not reach the model from here, set it {where}" if where else None
