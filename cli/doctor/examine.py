"""Examines the cluster of a stack."""

import os

from cli.clusters import ask, connect, readable_api_errors
from cli.data import sequence
from cli.doctor.checks import diagnose
from cli.doctor.diagnosis import diagnosis, ok
from cli.doctor.gather import gather
from cli.doctor.needs import needs
from cli.doctor.server import Server
from cli.project import StackFile
from cli.render import render
from cli.session import settings_findings
from cli.state import deployment, is_local
from components.settings.findings import Finding, SettingsError


def examine(stack: StackFile) -> list[Finding]:
    """Check the settings, query the cluster, and return all findings.

    Raises:
        SettingsError: The settings are invalid, so it is unknown what to check.
        CommandError: The cluster became unreachable.
    """
    findings = settings_findings(stack)
    if findings:
        raise SettingsError(findings, stack.path.name)
    answer = ask(stack.kubeconfig_path, stack.context)
    shown = stack.context or "(current)"
    if answer.problem:
        return [
            diagnosis(
                "error",
                "cluster",
                f"context {shown} does not answer: {answer.problem}",
                "nothing can be deployed, and nothing else can be checked",
                f"start the cluster, or correct `context` and `kubeconfig` in {stack.path.name}",
            )
        ]
    wanted = needs(render(stack))
    api = connect(stack.kubeconfig_path, stack.context)
    with readable_api_errors(api, stack.context):
        facts = gather(Server(api), wanted, answer.version, deployed_namespaces(stack))
    return [ok("cluster", f"context {shown} answers at {answer.server}"), *diagnose(wanted, facts)]


def deployed_namespaces(stack: StackFile) -> frozenset[str] | None:
    """Return the namespaces that a stack has deployed, from its local state; None with another backend."""
    if not is_local(os.environ):
        return None
    found = (
        one for one in sequence(deployment(stack).get("resources")) if one["type"] == "kubernetes:core/v1:Namespace"
    )
    return frozenset(one["inputs"]["metadata"]["name"] for one in found)
