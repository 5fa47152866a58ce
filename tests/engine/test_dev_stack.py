"""Stack `dev` with its defaults: the objects after `up`, and a second `up` that changes nothing."""

import base64
import re
from typing import Any

import pytest
import yaml

from tests.engine.conftest import MakeStack
from tests.engine.stack import Kubernetes, Stack

OLLAMA_URL = "http://ollama.ollama.svc.cluster.local:11434"


@pytest.fixture(scope="module")
def dev(make_stack: MakeStack) -> Stack:
    stack = make_stack("dev")
    stack.up()
    return stack


@pytest.fixture(scope="module")
def secret(dev: Stack, kubernetes: Kubernetes) -> dict[str, str]:
    del dev
    data = kubernetes.core.read_namespaced_secret("librechat-credentials-env", "librechat").data
    return {key: base64.b64decode(value).decode() for key, value in data.items()}


def test_outputs(dev: Stack) -> None:
    outputs = {key: output.value for key, output in dev.automation.outputs().items()}
    assert outputs["librechat_url"] == "http://chat.glukas.space"
    assert outputs["ollama_url"] == OLLAMA_URL
    assert outputs["namespaces"] == {"ollama": "ollama", "librechat": "librechat"}
    assert outputs["models"] == ["llama2:latest"]
    assert outputs["secrets"]["librechat"] == "librechat-credentials-env"
    assert outputs["secrets"]["librechat-admin"] == "librechat-admin"
    assert outputs["librechat_admin_email"] == "admin@example.org"
    assert outputs["next_command"] == "make login STACK=dev"


def test_the_first_account_has_the_password_of_the_secret_output(dev: Stack, kubernetes: Kubernetes) -> None:
    output = dev.automation.outputs()["librechat_admin_password"]
    data = kubernetes.core.read_namespaced_secret("librechat-admin", "librechat").data
    assert output.secret
    assert base64.b64decode(data["password"]).decode() == output.value
    jobs = [kubernetes.plain(item) for item in kubernetes.batch.list_namespaced_job("librechat").items]
    assert [job["status"]["succeeded"] for job in jobs] == [1]
    (container,) = jobs[0]["spec"]["template"]["spec"]["containers"]
    references = {own["name"]: own["valueFrom"]["secretKeyRef"] for own in container["env"] if "valueFrom" in own}
    assert references["ADMIN_PASSWORD"] == {"name": "librechat-admin", "key": "password"}


def test_second_preview_changes_nothing(dev: Stack) -> None:
    dev.preview(expect_no_changes=True)


def test_refreshing_preview_changes_nothing(dev: Stack) -> None:
    dev.preview(expect_no_changes=True, refresh=True)


@pytest.mark.parametrize("name", ["ollama", "librechat"])
def test_namespaces(dev: Stack, kubernetes: Kubernetes, name: str) -> None:
    del dev
    labels = kubernetes.core.read_namespace(name).metadata.labels
    assert labels["app"] == name
    assert labels["env"] == "development"
    assert labels["managed-by"] == "pulumi"
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_secret_has_the_keys_of_the_baseline(secret: dict[str, str]) -> None:
    assert set(secret) >= {
        "JWT_SECRET",
        "JWT_REFRESH_SECRET",
        "CREDS_KEY",
        "CREDS_IV",
        "MONGO_URI",
        "MEILI_HOST",
        "OLLAMA_BASE_URL",
    }
    assert secret["MEILI_HOST"] == "http://librechat-meilisearch:7700"
    assert secret["OLLAMA_BASE_URL"] == OLLAMA_URL
    assert re.fullmatch(
        r"mongodb://librechat:[A-Za-z0-9]{32}@librechat-mongodb:27017/LibreChat\?authSource=LibreChat",
        secret["MONGO_URI"],
    )


def test_credentials_have_the_formats_that_librechat_asks_for(secret: dict[str, str]) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", secret["CREDS_KEY"])
    assert re.fullmatch(r"[0-9a-f]{32}", secret["CREDS_IV"])
    assert re.fullmatch(r"[0-9a-f]{64}", secret["JWT_SECRET"])
    assert re.fullmatch(r"[0-9a-f]{64}", secret["JWT_REFRESH_SECRET"])
    assert len(secret["MEILI_MASTER_KEY"]) >= 16
    values = [secret[key] for key in ("CREDS_KEY", "CREDS_IV", "JWT_SECRET", "JWT_REFRESH_SECRET", "MEILI_MASTER_KEY")]
    assert len(set(values)) == len(values)


def test_the_database_knows_the_password_in_the_uri(secret: dict[str, str], kubernetes: Kubernetes) -> None:
    data = kubernetes.core.read_namespaced_secret("librechat-mongodb", "librechat").data
    password = base64.b64decode(data["MONGO_APP_PASSWORD"]).decode()
    assert f":{password}@" in secret["MONGO_URI"]
    assert data["MONGO_INITDB_ROOT_PASSWORD"] != data["MONGO_APP_PASSWORD"]


def test_librechat_yaml(dev: Stack, kubernetes: Kubernetes) -> None:
    del dev
    data = kubernetes.core.read_namespaced_config_map("librechat-config", "librechat").data
    content = yaml.safe_load(data["librechat.yaml"])
    assert content["cache"] is True
    (endpoint,) = content["endpoints"]["custom"]
    assert endpoint == {
        "name": "Ollama",
        "apiKey": "ollama",
        "baseURL": f"{OLLAMA_URL}/v1",
        "models": {"default": ["llama2:latest"], "fetch": True},
        "titleConvo": True,
        "titleModel": "llama2:latest",
        "titleTiming": "final",
        "modelDisplayLabel": "Ollama",
        "addParams": {"temperature": 0.7, "maxTokens": 2000},
    }


def test_ollama_deployment(dev: Stack, kubernetes: Kubernetes) -> None:
    del dev
    spec = kubernetes.deployment("ollama", "ollama")["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    assert spec["replicas"] == 1
    assert spec["strategy"]["type"] == "Recreate"
    assert re.fullmatch(r"docker\.io/ollama/ollama:\d+\.\d+\.\d+", container["image"])
    assert container["ports"][0]["containerPort"] == 11434
    assert {"name": "OLLAMA_HOST", "value": "0.0.0.0"} in container["env"]  # noqa: S104
    assert container["resources"]["requests"]["cpu"] == "1"
    assert container["resources"]["requests"]["memory"] == "4Gi"
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"
    volumes = {volume["name"]: volume for volume in spec["template"]["spec"]["volumes"]}
    assert volumes["ollama-data"]["persistentVolumeClaim"]["claimName"] == "ollama-data"
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    environment = {entry["name"]: entry.get("value") for entry in container["env"]}
    assert mounts["ollama-data"] == environment["OLLAMA_MODELS"]


def test_model_store(dev: Stack, kubernetes: Kubernetes) -> None:
    del dev
    claim = kubernetes.plain(kubernetes.core.read_namespaced_persistent_volume_claim("ollama-data", "ollama"))
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert claim["spec"]["resources"]["requests"]["storage"] == "10Gi"
    assert claim["status"]["phase"] == "Bound"


@pytest.mark.parametrize(
    ("namespace", "name", "port"),
    [
        ("ollama", "ollama", 11434),
        ("librechat", "librechat-mongodb", 27017),
        ("librechat", "librechat-meilisearch", 7700),
        ("librechat", "librechat", 3080),
    ],
)
def test_services_lead_to_ready_pods(dev: Stack, kubernetes: Kubernetes, namespace: str, name: str, port: int) -> None:
    del dev
    service = kubernetes.plain(kubernetes.core.read_namespaced_service(name, namespace))
    assert service["spec"]["type"] == "ClusterIP"
    assert [entry["port"] for entry in service["spec"]["ports"]] == [port]
    endpoints = kubernetes.plain(kubernetes.core.read_namespaced_endpoints(name, namespace))
    ready = [address for subset in endpoints.get("subsets", []) for address in subset.get("addresses", [])]
    assert len(ready) == 1


def test_ollama_ingress(dev: Stack, kubernetes: Kubernetes) -> None:
    del dev
    ingress = kubernetes.plain(kubernetes.networking.read_namespaced_ingress("ollama-ingress", "ollama"))
    assert ingress["spec"]["ingressClassName"] == "nginx"
    assert ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/rewrite-target"] == "/"
    (rule,) = ingress["spec"]["rules"]
    assert rule["host"] == "ollama.glukas.space"
    (path,) = rule["http"]["paths"]
    assert (path["path"], path["pathType"]) == ("/", "Prefix")
    assert path["backend"]["service"] == {"name": "ollama", "port": {"number": 11434}}


def test_librechat_ingress(dev: Stack, kubernetes: Kubernetes) -> None:
    del dev
    ingress = kubernetes.plain(kubernetes.networking.read_namespaced_ingress("librechat", "librechat"))
    (rule,) = ingress["spec"]["rules"]
    assert rule["host"] == "chat.glukas.space"
    assert rule["http"]["paths"][0]["backend"]["service"] == {"name": "librechat", "port": {"number": 3080}}


def is_ready(pod: dict[str, Any]) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))


def test_every_server_pod_is_ready(dev: Stack, kubernetes: Kubernetes) -> None:
    del dev
    pods = [*kubernetes.pods("ollama"), *kubernetes.pods("librechat")]
    servers = [pod for pod in pods if pod["spec"]["restartPolicy"] == "Always"]
    assert len(servers) == 4
    assert [pod["metadata"]["name"] for pod in servers if not is_ready(pod)] == []


def test_ollama_runs_on_the_gpu_node(dev: Stack, kubernetes: Kubernetes) -> None:
    del dev
    (pod,) = [p for p in kubernetes.pods("ollama") if p["spec"]["restartPolicy"] == "Always"]
    node = kubernetes.plain(kubernetes.core.read_node(pod["spec"]["nodeName"]))
    assert int(node["status"]["allocatable"]["nvidia.com/gpu"]) >= 1


def test_each_model_is_pulled_by_a_job(dev: Stack, kubernetes: Kubernetes) -> None:
    del dev
    jobs = [kubernetes.plain(job) for job in kubernetes.batch.list_namespaced_job("ollama").items]
    assert [job["metadata"]["annotations"]["ollama.com/model"] for job in jobs] == ["llama2:latest"]
    assert jobs[0]["status"]["succeeded"] == 1


def test_no_secret_in_clear_text(dev: Stack, secret: dict[str, str], kubernetes: Kubernetes) -> None:
    data = kubernetes.core.read_namespaced_secret("librechat-mongodb", "librechat").data
    texts = {key: secret[key] for key in ("JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY", "CREDS_IV", "MONGO_URI")}
    texts["MEILI_MASTER_KEY"] = secret["MEILI_MASTER_KEY"]
    texts["MONGO_APP_PASSWORD"] = base64.b64decode(data["MONGO_APP_PASSWORD"]).decode()
    texts["MONGO_INITDB_ROOT_PASSWORD"] = base64.b64decode(data["MONGO_INITDB_ROOT_PASSWORD"]).decode()
    account = kubernetes.core.read_namespaced_secret("librechat-admin", "librechat").data
    texts["ADMIN_PASSWORD"] = base64.b64decode(account["password"]).decode()
    outputs = dev.automation.outputs()
    places = {
        "state": dev.state_text(),
        "log": "\n".join(dev.log),
        "outputs": repr({key: output.value for key, output in outputs.items() if not output.secret}),
        "ConfigMaps": repr(
            [
                kubernetes.plain(item)
                for namespace in ("ollama", "librechat")
                for item in kubernetes.core.list_namespaced_config_map(namespace).items
            ]
        ),
        "Pods": repr([*kubernetes.pods("ollama"), *kubernetes.pods("librechat")]),
    }
    assert "ollama-deployment" in places["state"]
    assert places["log"]
    found = [
        (name, place)
        for name, value in texts.items()
        for place, text in places.items()
        if value in text or base64.b64encode(value.encode()).decode() in text
    ]
    assert found == []
    assert {key for key, output in outputs.items() if output.secret} == {"librechat_admin_password"}
