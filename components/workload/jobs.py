"""CPU and memory of the Jobs that no setting gives any."""

from .settings import resources

MODELS = resources(cpu="50m", memory="64Mi", memory_limit="256Mi")
"""A Job that tends models. The client only waits; it is the server that downloads."""

CREATE_ADMIN = resources(cpu="100m", memory="256Mi", memory_limit="1Gi")
"""The Job that creates the first account with LibreChat's own script."""

BACKUP_USER = resources(cpu="100m", memory="256Mi", memory_limit="512Mi")
"""The Job that creates MongoDB's user of the backups; mongosh is a Node program."""
