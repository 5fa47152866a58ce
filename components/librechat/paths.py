"""Names and paths that LibreChat's pods share."""

NAME = "librechat"
"""Name of the Service, the Deployment and most of what is an address."""

PORT = 3080
CONFIG_MAP = "librechat-config"
CONFIG_FILE = "librechat.yaml"
CONFIG_DIRECTORY = "/config"
