"""Settings of Valkey."""

from ..settings.base import Section
from ..settings.types import OptionalImage, OptionalObjectName
from ..workload.settings import Pods, Resources, Seconds, resources


class ValkeySettings(Section):
    """Settings of Valkey, a Redis in this stack. It has no volume: a restart ends sessions and running answers."""

    enabled: bool = False
    """Whether LibreChat shares a Valkey, which more than one replica needs."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with `VALKEY_PASSWORD` (letters, digits, `-` and `_`) and the `REDIS_URI` that
    LibreChat connects with (`redis://:<password>@librechat-valkey:6379`); empty to generate them."""
    image: OptionalImage = ""
    """Image with its tag; empty for the pinned one."""
    resources: Resources = resources(cpu="50m", memory="128Mi", memory_limit="512Mi")
    """CPU and memory; three quarters of the limit are for what it holds."""
    pods: Pods = Pods()
    """Passed through to the pod."""
    startup_timeout_seconds: Seconds = 300
    """Seconds until the pod has to be Ready before `pulumi up` fails, image pull included."""
