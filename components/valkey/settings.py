"""Settings of Valkey."""

from ..settings.base import Section
from ..settings.types import OptionalImage, OptionalObjectName
from ..workload.settings import Pods, Resources, Seconds, resources


class ValkeySettings(Section):
    """Settings of Valkey, a Redis-compatible store. It has no volume: a restart ends sessions and running answers."""

    enabled: bool = False
    """Whether to run Valkey for LibreChat. More than one replica needs it, or `librechat.redis`."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with `VALKEY_PASSWORD` (letters, digits, `-` and `_`) and the `REDIS_URI` that
    LibreChat connects with (`redis://:<password>@librechat-valkey:6379`); empty to generate them."""
    image: OptionalImage = ""
    """Image with its tag; empty for the pinned one."""
    resources: Resources = resources(cpu="50m", memory="128Mi", memory_limit="512Mi")
    """CPU and memory. Valkey uses up to three quarters of the memory limit for its data."""
    pods: Pods = Pods()
    """Fields passed to the pod."""
    startup_timeout_seconds: Seconds = 300
    """Seconds to wait for the pod to be Ready before `pulumi up` fails; includes the image pull."""
