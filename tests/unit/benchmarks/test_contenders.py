"""What every contender deploys: the same objects, and nothing but what is said."""

from pathlib import Path

import pytest
import yaml

from benchmarks.contenders.helm import CHARTS, templated
from benchmarks.contenders.pulumi import plain
from benchmarks.contenders.terraform import CONFIGURATIONS, find_provider, provider_mirror
from benchmarks.lines import written_lines

BASELINE = {"Namespace", "Secret", "ConfigMap", "PersistentVolumeClaim", "Deployment", "Service", "Ingress"}


def test_lines_are_those_that_say_something(tmp_path: Path) -> None:
    file = tmp_path / "a.tf"
    file.write_text('# why\n\nresource "x" "y" {\n  // more\n  a = 1\n}\n')
    assert written_lines([file]) == 3


def test_exported_values_are_plain() -> None:
    mark = "4dabf18193072939515e22adb298388d"
    exported = {"data": {mark: "1b47061264138c4ac30d75fd1eb44270", "plaintext": '{"a":"b"}'}, "list": [{"c": 1}]}
    assert plain(exported) == {"data": {"a": "b"}, "list": [{"c": 1}]}


def test_the_image_of_a_deployment_is_a_value_and_that_of_a_job_is_not() -> None:
    image = {"image": "docker.io/ollama/ollama:0.32.13"}
    assert "{{ .Values.image }}" in templated({"kind": "Deployment", "spec": image})
    assert "{{" not in templated({"kind": "Job", "spec": image})


def test_the_chart_and_the_terraform_configuration_have_the_kinds_of_the_baseline() -> None:
    chart = "".join(file.read_text() for file in (CHARTS / "baseline" / "templates").iterdir())
    kinds = {line.partition(": ")[2] for line in chart.splitlines() if line.startswith("kind: ")}
    assert kinds == BASELINE
    configuration = (CONFIGURATIONS / "baseline" / "main.tf").read_text()
    types = [line.split('"')[1] for line in configuration.splitlines() if line.startswith("resource ")]
    assert len(types) == 8
    snake = {"kubernetes_ingress_v1": "Ingress"}
    assert {snake.get(t, "".join(map(str.capitalize, t.split("_")[1:]))) for t in types} == BASELINE
    assert yaml.safe_load((CHARTS / "baseline" / "values.yaml").read_text())["credentials"] == {}


def test_the_provider_is_found_on_path_with_its_version(tmp_path: Path) -> None:
    (tmp_path / "terraform-provider-kubernetes_v2.38.0").touch()
    found = find_provider({"PATH": f"/nowhere:{tmp_path}"})
    assert found == (tmp_path / "terraform-provider-kubernetes_v2.38.0", "2.38.0")
    assert find_provider({"PATH": "/nowhere"}) is None
    mirror = provider_mirror(*found, tmp_path / "mirror")
    (link,) = mirror.rglob("terraform-provider-kubernetes_v2.38.0")
    assert link.parent.parent.name == "2.38.0"


@pytest.mark.parametrize("program", ["baseline", "copies", "components", "empty"])
def test_programs_use_the_toolchain_of_this_project(program: str) -> None:
    root = Path(__file__).resolve().parents[3]
    own = yaml.safe_load((root / "Pulumi.yaml").read_text())["runtime"]
    assert yaml.safe_load((root / "benchmarks" / "programs" / program / "Pulumi.yaml").read_text())["runtime"] == own
