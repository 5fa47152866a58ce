"""Answers: streamed through the Service and through the proxy of the token, and during a rollout."""

import base64
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from tests.e2e.conftest import MODEL, PROXY_LABELS, Deployed, MakeDeployed
from tests.e2e.pods import Answer, Pods, pod

PROXY_NAMESPACE = "ingress-nginx"
CHAT = "/v1/chat/completions"


def chat(tokens: int) -> dict[str, Any]:
    """A request for a streamed answer of a bounded length: the base weights never stop by themselves."""
    message = {"role": "user", "content": "Count from one to one hundred, in words."}
    return {"model": MODEL, "messages": [message], "stream": True, "max_tokens": tokens}


def spread(answer: Answer) -> float:
    """Seconds between the first and the last event."""
    return answer.events[-1][0] - answer.events[0][0]


@pytest.fixture(scope="module")
def deployed(make: MakeDeployed) -> Deployed:
    """Two servers' pods on one volume, behind a proxy that asks for a token."""
    made = make(
        "serving",
        {
            "ollama": {
                "replicas": 2,
                "storage": {"accessMode": "ReadWriteMany"},
                "exposure": {"type": "Ingress", "host": "ollama.example.org", "token": {"enabled": True}},
            }
        },
    )
    made.up()
    return made


@pytest.fixture(scope="module")
def client(deployed: Deployed) -> str:
    """A pod that Ollama takes for LibreChat's."""
    return deployed.client()


@pytest.fixture(scope="module")
def controller(deployed: Deployed, pods: Pods) -> Callable[[Mapping[str, str]], Answer]:
    """Ask the proxy as the ingress controller does, with headers."""
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": PROXY_NAMESPACE}}
    pods.apply(space, pod(PROXY_NAMESPACE, "controller", PROXY_LABELS))
    pods.must("-n", PROXY_NAMESPACE, "wait", "--for=condition=Ready", "pod/controller", "--timeout=60s")

    def ask(headers: Mapping[str, str]) -> Answer:
        url = (f"ollama-auth.{deployed.ollama}.svc.cluster.local", 8080, CHAT)
        return pods.request(PROXY_NAMESPACE, "controller", url, chat(60), headers)

    return ask


@pytest.fixture(scope="module")
def token(deployed: Deployed, pods: Pods) -> str:
    """The token that was generated."""
    secret = pods.get("-n", deployed.ollama, "secret", "ollama-auth")
    return base64.b64decode(secret["data"]["token"]).decode()


def test_an_answer_is_streamed_through_the_service(
    deployed: Deployed, client: str, pods: Pods, record_property: Callable[[str, object], None]
) -> None:
    url = (f"ollama.{deployed.ollama}.svc.cluster.local", 11434, CHAT)
    answer = pods.request(deployed.librechat, client, url, chat(60))
    assert answer.status == 200
    assert answer.events[-1][1] == "[DONE]"
    assert len(answer.events) > 20
    assert spread(answer) > 0.2
    record_property("words a second", round(len(answer.events) / spread(answer)))


def test_memory_and_start_are_written_down(
    deployed: Deployed, client: str, pods: Pods, record_property: Callable[[str, object], None]
) -> None:
    url = (f"ollama.{deployed.ollama}.svc.cluster.local", 11434, CHAT)
    pods.request(deployed.librechat, client, url, chat(5))
    peaks: list[int] = []
    for item in servers(deployed, pods):
        told = pods.run(deployed.ollama, item["metadata"]["name"], "bash", "-c", "grep -h VmHWM /proc/[0-9]*/status")
        peaks.append(sum(int(line.split()[1]) for line in told.splitlines()) // 1024)
        (status,) = item["status"]["containerStatuses"]
        (ready,) = [entry for entry in item["status"]["conditions"] if entry["type"] == "Ready"]
        started, answered = status["state"]["running"]["startedAt"], ready["lastTransitionTime"]
        took = datetime.fromisoformat(answered[:-1]) - datetime.fromisoformat(started[:-1])
        record_property("seconds from the start to Ready", took.total_seconds())
    record_property("peaks of memory in MiB, by pod", sorted(peaks))
    # One of them has answered, and none comes near its limit.
    assert 300 < max(peaks) < 1536


def test_the_proxy_refuses_who_bears_no_token(controller: Callable[[Mapping[str, str]], Answer]) -> None:
    assert controller({}).status == 401


def test_the_proxy_refuses_a_wrong_token(controller: Callable[[Mapping[str, str]], Answer], token: str) -> None:
    assert controller({"Authorization": f"Bearer {token[:-1]}"}).status == 401
    assert controller({"Authorization": f"Bearer {token.swapcase()}"}).status == 401
    assert controller({"Authorization": token}).status == 401


def test_the_proxy_streams_to_who_bears_the_token(
    controller: Callable[[Mapping[str, str]], Answer], token: str
) -> None:
    answer = controller({"Authorization": f"Bearer {token}"})
    assert answer.status == 200
    assert answer.events[-1][1] == "[DONE]"
    # A proxy that gathers the answer sends it at once.
    assert spread(answer) > 0.2


def test_a_rollout_ends_a_running_answer_first(deployed: Deployed, client: str, pods: Pods) -> None:
    url = (f"ollama.{deployed.ollama}.svc.cluster.local", 11434, CHAT)
    before = {item["metadata"]["name"] for item in servers(deployed, pods)}
    with ThreadPoolExecutor() as pool:
        asking = pool.submit(pods.request, deployed.librechat, client, url, chat(150))
        deployed.change({"ollama": {"server": {"keepAlive": "7m"}}})
        answer = asking.result()
    assert not before & {item["metadata"]["name"] for item in servers(deployed, pods)}
    assert answer.events[-1][1] == "[DONE]"


def servers(deployed: Deployed, pods: Pods) -> list[dict[str, Any]]:
    """The server's pods that are not being deleted."""
    items = pods.get("-n", deployed.ollama, "pods", "--selector=app.kubernetes.io/name=ollama")["items"]
    return [item for item in items if "deletionTimestamp" not in item["metadata"]]
