"""The command `open`."""

import threading
import webbrowser
from typing import Annotated

import typer

from cli.console import err, out, readable_errors
from cli.options import Stack


def open_page(
    stack: Stack = "",
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Local port. Default: LibreChat's own.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the URL.")] = False,
) -> None:
    """Forward a local port to LibreChat, whatever happens to its pods, and open it in a browser. Ends with Ctrl-C."""
    with readable_errors():
        from cli import forward
        from cli.clusters import connect, readable_api_errors
        from cli.errors import CommandError
        from cli.session import choose_stack, refuse_bad_settings, refuse_unreachable
        from components.librechat.component import NAME, PORT

        chosen = choose_stack(stack, err)
        if chosen.embedded_cluster is not None:
            raise CommandError(
                f"Nothing answers on stack {chosen.name}: the pods of the embedded cluster are simulated. "
                "`make status` shows its objects; a stack on a cluster of your own can be opened."
            )
        refuse_bad_settings(chosen)
        refuse_unreachable(chosen)
        settings = chosen.settings()[0]
        api = connect(chosen.kubeconfig_path, chosen.context)
        with readable_api_errors(api, chosen.context):
            target = forward.find_target(api, settings.namespaces.librechat_name, NAME)
        forward.silence_failed_forwards()
        pods = forward.Pods(api, target, lambda text: err.print(text, markup=False))
        with forward.listen(port or PORT, pods.connect, chosen.name) as server:
            url = f"http://localhost:{port or PORT}"
            out.print(f"{url} leads to Service {target.namespace}/{target.service}; Ctrl-C ends it", markup=False)
            if note := forward.origin_note(forward.own_origin(settings.librechat, f"http://localhost:{PORT}"), url):
                err.print(note, markup=False)
            if not no_browser and forward.has_desktop():
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
            try:
                server.serve_forever(poll_interval=0.2)
            except KeyboardInterrupt:
                err.print(f"{url} is closed", markup=False)
