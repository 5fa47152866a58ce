"""The command `destroy`."""

import sys

from cli.console import err, readable_errors
from cli.options import Stack, Yes


def destroy(stack: Stack = "", yes: Yes = False) -> None:
    """Remove a stack from its cluster; the embedded cluster goes with the stack `sandbox`."""
    with readable_errors():
        from cli.project import SANDBOX_STACK
        from cli.session import open_session
        from sandbox.cluster.cluster import Cluster

        session = open_session(stack, err)
        asks = session.stack.data_protection and not yes
        status = session.pulumi("destroy", ["--refresh", *([] if asks else ["--yes", "--skip-preview"])])
        if not status and session.stack.name == SANDBOX_STACK and session.stack.embedded_cluster is not None:
            Cluster(session.stack.embedded_cluster).delete()
            err.print("the embedded cluster is deleted; its programs stay in the build cache")
    sys.exit(status)
