"""Environment variables of LibreChat's pods, apart from secret ones."""

from typing import cast

import pulumi

from ..exposure.resources import url
from ..settings.quantities import parse_quantity
from .connections import Connections
from .credentials import uses_redis
from .paths import CONFIG_DIRECTORY, CONFIG_FILE, PORT
from .pod import shares_files
from .settings import FilesS3, LibreChatSettings


def domain(settings: LibreChatSettings) -> pulumi.Output[str]:
    """Return the external origin: as set, as exposed, or what `kubectl port-forward` gives."""
    fallback = settings.domain or f"http://localhost:{PORT}"
    return url(settings.exposure).apply(lambda own: settings.domain or own or fallback)


def pod_environment(
    settings: LibreChatSettings, connections: Connections, origin: pulumi.Output[str]
) -> dict[str, pulumi.Input[str]]:
    """Return the variables of the pods that hold no secret.

    Args:
        settings: LibreChat's settings.
        connections: The servers that it is connected to.
        origin: Its external origin.
    """
    return {
        **environment(settings, "meilisearch" in connections, uses_redis(settings, connections)),
        **(s3_environment(settings.files.s3) if settings.files.strategy == "s3" else {}),
        "DOMAIN_CLIENT": origin,
        "DOMAIN_SERVER": origin,
        # Without it, a cookie over plain http by any name but localhost is dropped, and nobody stays logged in.
        "SESSION_COOKIE_SECURE": origin.apply(lambda url: _flag(url.startswith("https://"))),
    }


def environment(settings: LibreChatSettings, search: bool, redis: bool) -> dict[str, str]:
    """Return the variables that hold no secret, apart from those that depend on the domain.

    Args:
        settings: LibreChat's settings.
        search: Whether there is a Meilisearch.
        redis: Whether the pods share a Redis.
    """
    memory = cast("pulumi.Input[str]", settings.resources.limits.memory)
    values = {
        "HOST": "0.0.0.0",  # noqa: S104 - the pod's own address; the Service and policies decide who gets there
        "PORT": str(PORT),
        "NODE_ENV": "production",
        "CONFIG_PATH": f"{CONFIG_DIRECTORY}/{CONFIG_FILE}",
        "ENDPOINTS": "custom,agents",
        "ALLOW_EMAIL_LOGIN": "true",
        "ALLOW_REGISTRATION": _flag(settings.registration.enabled),
        "ALLOW_SOCIAL_LOGIN": "false",
        "ALLOW_SOCIAL_REGISTRATION": "false",
        "ALLOW_PASSWORD_RESET": "false",
        "TRUST_PROXY": str(settings.trusted_proxies),
        "SEARCH": _flag(search),
        "CONSOLE_JSON": _flag(settings.logs.format == "json"),
        "CONSOLE_LOG_LEVEL": settings.logs.level,
        # The root filesystem is read-only, and the container's output is where logs are looked for.
        "LOG_TO_FILE": "false",
        "NO_INDEX": "true",
        # Longer than a proxy keeps an idle connection, or the proxy would send a request over a closed one.
        "HTTP_KEEP_ALIVE_TIMEOUT_MS": "75000",
    }
    if isinstance(memory, str) and memory:  # Node keeps its own limit where another resource gives the limit
        # Node does not see the memory limit; three quarters leave room for what is not heap.
        values["NODE_OPTIONS"] = f"--max-old-space-size={int(parse_quantity(memory) * 3 // 4 // 2**20)}"
    if redis:
        values["USE_REDIS"] = "true"
    elif _is_single_process(settings):
        # LibreChat cannot know how many pods there are, and by default runs no scheduler.
        values["SCHEDULES_SINGLE_PROCESS"] = "true"
    return values


def _is_single_process(settings: LibreChatSettings) -> bool:
    """Return whether there is never a second pod, not even while one replaces another."""
    return settings.replicas == 1 and not settings.autoscaling.enabled and not shares_files(settings)


def s3_environment(s3: FilesS3) -> dict[str, str]:
    """Return the variables of a bucket, apart from its keys; the names are those of LibreChat's page on S3."""
    values = {
        "AWS_BUCKET_NAME": s3.bucket,
        "AWS_REGION": s3.region,
        "AWS_FORCE_PATH_STYLE": _flag(s3.force_path_style),
    }
    return {**values, "AWS_ENDPOINT_URL": s3.endpoint} if s3.endpoint else values


def _flag(value: bool) -> str:
    return "true" if value else "false"
