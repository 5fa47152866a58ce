"""The policy pack as the engine runs it: a separate process with a gRPC interface."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi.runtime.rpc import UNKNOWN

from cli.policies import pack_config
from components.stack.settings import Settings
from policies.rules import RESOURCE_RULES, STACK_RULES
from policies.rules.rule import EXCEPTIONS, Resource
from tests.engine.conftest import MakeCheckout
from tests.unit.policies.objects import claim, deployment, good

PACK = Path(__file__).resolve().parents[2] / "policies"
LEVELS = {"advisory": analyzer_pb2.ADVISORY, "mandatory": analyzer_pb2.MANDATORY, "disabled": analyzer_pb2.DISABLED}

Analyzer = analyzer_pb2_grpc.AnalyzerStub


@pytest.fixture(scope="module")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analyzer]:
    environment = tmp_path_factory.mktemp("policies") / "venv"
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", str(environment)], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", str(environment), "-r", str(PACK / "requirements.txt")]
    subprocess.run(install, check=True)
    command = [str(environment / "bin" / "python"), "-u", str(PACK), "127.0.0.1:1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    port = process.stdout.readline().strip()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Analyzer(channel)
    process.terminate()
    process.wait(timeout=10)


def struct(values: object) -> Struct:
    found = Struct()
    found.update(values)
    return found


def request(resource: Resource) -> analyzer_pb2.AnalyzeRequest:
    return analyzer_pb2.AnalyzeRequest(
        type=resource.type,
        name=resource.name,
        urn=resource.urn,
        properties=struct(dict(resource.props)),
        options=analyzer_pb2.AnalyzerResourceOptions(protect=resource.protect),
    )


def stack(resources: list[Resource]) -> analyzer_pb2.AnalyzeStackRequest:
    found = [
        analyzer_pb2.AnalyzerResource(
            type=resource.type,
            name=resource.name,
            urn=resource.urn,
            properties=struct(dict(resource.props)),
            options=analyzer_pb2.AnalyzerResourceOptions(protect=resource.protect),
        )
        for resource in resources
    ]
    return analyzer_pb2.AnalyzeStackRequest(resources=found)


def configure(analyzer: Analyzer, settings: Settings) -> None:
    config = {
        name: analyzer_pb2.PolicyConfig(
            enforcementLevel=LEVELS[entry["enforcementLevel"]], properties=struct({EXCEPTIONS: entry[EXCEPTIONS]})
        )
        for name, entry in pack_config(settings).items()
    }
    analyzer.Configure(analyzer_pb2.ConfigureAnalyzerRequest(policyConfig=config))


def test_the_pack_tells_its_rules(analyzer: Analyzer) -> None:
    info = analyzer.GetAnalyzerInfo(analyzer_pb2.google_dot_protobuf_dot_empty__pb2.Empty())
    assert {policy.name for policy in info.policies} == {rule.name for rule in (*RESOURCE_RULES, *STACK_RULES)}


def test_a_good_stack_passes(analyzer: Analyzer) -> None:
    configure(analyzer, Settings(environment="production"))
    for resource in good():
        assert list(analyzer.Analyze(request(resource)).diagnostics) == []
    assert list(analyzer.AnalyzeStack(stack(good())).diagnostics) == []


def test_levels_and_exceptions_are_those_of_the_settings(analyzer: Analyzer) -> None:
    floating = deployment("containers.0.image", "ollama/ollama:latest")
    for environment, level in (("development", analyzer_pb2.ADVISORY), ("production", analyzer_pb2.MANDATORY)):
        configure(analyzer, Settings(environment=environment))
        found = analyzer.Analyze(request(floating)).diagnostics
        assert [(entry.policyName, entry.enforcementLevel) for entry in found] == [("image-version", level)]
        assert "Deployment ollama/ollama: the tag of the image" in found[0].message
    allowed = {"exceptions": {"image-version": ["ollama/ollama"]}}
    configure(analyzer, Settings.model_validate({"environment": "production", "policies": allowed}))
    assert list(analyzer.Analyze(request(floating)).diagnostics) == []


def test_a_violation_of_the_stack_names_its_resource(analyzer: Analyzer) -> None:
    configure(analyzer, Settings(environment="production"))
    bare = claim(protect=False)
    found = analyzer.AnalyzeStack(stack([*good()[:1], bare, *good()[2:]])).diagnostics
    assert [(entry.policyName, entry.urn) for entry in found] == [("data-protected", bare.urn)]


def test_what_a_preview_does_not_know_is_no_violation(analyzer: Analyzer) -> None:
    configure(analyzer, Settings(environment="production"))
    variables = [{"name": "MEILI_MASTER_KEY", "value": UNKNOWN}]
    found = analyzer.Analyze(request(deployment("containers.0.env", variables))).diagnostics
    assert list(found) == []


def test_a_deployed_stack_is_judged_as_a_fresh_one(make_checkout: MakeCheckout) -> None:
    checkout, stack = make_checkout(), "judged"
    floating = {"ollama": {"image": "ollama/ollama:latest"}, "policies": {"level": "mandatory"}}
    checkout.configure(stack, floating)
    fresh = checkout.run("policy", "--stack", stack)
    assert fresh.returncode == 1, fresh.stderr
    assert "image-version: Deployment judged-ollama/ollama" in fresh.stdout
    checkout.must("up", "--stack", stack)
    deployed = checkout.run("policy", "--stack", stack)
    assert (deployed.returncode, deployed.stdout) == (1, fresh.stdout)
    checkout.must("destroy", "--stack", stack, "--yes")
