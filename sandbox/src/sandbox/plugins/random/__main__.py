"""Entry point of the plugin ``pulumi-resource-random``."""

from sandbox.plugins.random.provider import RandomStandIn
from sandbox.plugins.server import serve

if __name__ == "__main__":
    serve(RandomStandIn)
