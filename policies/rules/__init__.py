"""The rules, one topic a module."""

from .data import DATA_PROTECTED, ONE_GPU_HOLDER
from .exposure import NO_ANONYMOUS_OLLAMA, NO_LOAD_BALANCER
from .images import CHART_VERSION, IMAGE_VERSION
from .labels import LABELS
from .limits import REQUESTS_AND_LIMITS
from .network import NETWORK_POLICY
from .secrets import NO_CLEAR_TEXT
from .security_context import HOST_NAMESPACES, RESTRICTED

RESOURCE_RULES = (
    IMAGE_VERSION,
    CHART_VERSION,
    REQUESTS_AND_LIMITS,
    RESTRICTED,
    HOST_NAMESPACES,
    NO_LOAD_BALANCER,
    NO_CLEAR_TEXT,
    LABELS,
)
"""Rules on single resources."""

STACK_RULES = (NO_ANONYMOUS_OLLAMA, NETWORK_POLICY, DATA_PROTECTED, ONE_GPU_HOLDER)
"""Rules on all resources of a stack together."""
