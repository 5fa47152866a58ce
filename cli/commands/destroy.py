"""The command `destroy`."""

import sys

from cli.console import err, readable_errors
from cli.options import Stack, Yes


def destroy(stack: Stack = "", yes: Yes = False) -> None:
    """Remove a stack from its cluster; that of the stack `sandbox` goes too, unless it has other namespaces."""
    with readable_errors():
        from cli.clusters import connect, made_namespaces
        from cli.project import SANDBOX_STACK
        from cli.session import open_session
        from sandbox.cluster.cluster import Cluster

        session = open_session(stack, err)
        asks = session.stack.data_protection and not yes
        status = session.pulumi("destroy", ["--refresh", *([] if asks else ["--yes", "--skip-preview"])])
        cluster = session.stack.embedded_cluster
        if not status and session.stack.name == SANDBOX_STACK and cluster is not None:
            others = made_namespaces(connect(session.stack.kubeconfig_path, session.stack.context))
            if others:
                err.print(f"the embedded cluster stays: it still has {', '.join(others)}")
            else:
                Cluster(cluster).delete()
                err.print("the embedded cluster is deleted; its programs stay in the build cache")
    sys.exit(status)
