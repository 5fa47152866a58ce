"""Names and paths that LibreChat's pods share."""

NAME = "librechat"
"""Name of the Service and the Deployment, and of most objects whose name is an address."""

PORT = 3080
CONFIG_MAP = "librechat-config"
CONFIG_FILE = "librechat.yaml"
CONFIG_DIRECTORY = "/config"
