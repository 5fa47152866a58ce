"""KWOK's stages besides its own: stages.yaml, with placeholders for names that are defined elsewhere."""

import json
import re
from pathlib import Path

import yaml

from sandbox.cluster.objects import INGRESS_CLASS, ROOT_ONLY_VOLUME_DRIVER, VOLUME_DRIVER, Manifest

SIMULATE = "sandbox.ollama-librechat/simulate"
"""Annotation or label of a pod that requests a failure: one of FAILURES."""

SIMULATE_MESSAGE = "sandbox.ollama-librechat/simulate-message"
"""Annotation of a pod with the termination message of its failed container; default "simulated failure"."""

FAILURES = {
    "never-ready": "containers run, but the pod never becomes Ready",
    "crash-loop": "containers wait in CrashLoopBackOff",
    "image-pull-error": "containers wait in ImagePullBackOff",
    "job-failed": "the pod fails with exit code 1 and a termination message",
}
"""Failures that can be requested, and their effect."""

UNPULLABLE = r"^[^/]+\.invalid(:[0-9]+)?/"
"""Images that always fail to be pulled: those of a host in the domain that RFC 2606 reserves as invalid."""

INGRESS_ADDRESS = "192.0.2.10"
"""Address of every Ingress, from a documentation block of RFC 5737; nothing answers there."""

LOAD_BALANCER_ADDRESS = "192.0.2.11"
"""Address of every Service of type LoadBalancer."""

_UNPULLABLE = json.dumps(UNPULLABLE)

_WANTED = (
    f'.metadata.annotations["{SIMULATE}"] // .metadata.labels["{SIMULATE}"] // '
    f"(if any(.spec.containers[], .spec.initContainers[]?; .image | test({_UNPULLABLE})) "
    'then "image-pull-error" else null end)'
)
"""jq expression for the requested failure of a pod, or null."""

_STARTED = (
    f"""\
{{{{ $now := Now }}}}
{{{{ $annotations := or .metadata.annotations dict }}}}
{{{{ $labels := or .metadata.labels dict }}}}
{{{{ $wanted := or (index $annotations "{SIMULATE}") (index $labels "{SIMULATE}") "" }}}}
{{{{ $message := or (index $annotations "{SIMULATE_MESSAGE}") "simulated failure" }}}}
"""
    + """\
startTime: {{ $now | Quote }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
{{ end }}
{{ with .metadata }}
podIP: {{ PodIPWith $.spec.nodeName (or $.spec.hostNetwork false) .uid .name .namespace | Quote }}
{{ end }}
conditions:
- {type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: Ready, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }}}
"""
)

_INIT_CONTAINERS_DONE = """\
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
{{ end }}
"""

_TERMINATED = """\
terminated:
  exitCode: 1
  reason: Error
  message: {{ $message | Quote }}
  startedAt: {{ $now | Quote }}
  finishedAt: {{ $now | Quote }}
"""

_IMAGE_WAITING = """\
waiting:
  reason: ImagePullBackOff
  message: {{ printf "Back-off pulling image %q" .image | Quote }}
"""

_VOLUME = """\
apiVersion: v1
kind: PersistentVolume
metadata:
  name: pvc-{{ .metadata.uid }}
  annotations:
    pv.kubernetes.io/provisioned-by: {{ index .metadata.annotations "PROVISIONER" }}
spec:
  accessModes: {{ .spec.accessModes | toJson }}
  capacity:
    storage: {{ .spec.resources.requests.storage }}
  claimRef:
    apiVersion: v1
    kind: PersistentVolumeClaim
    namespace: {{ .metadata.namespace }}
    name: {{ .metadata.name }}
    uid: {{ .metadata.uid }}
  csi:
    driver: {{ index .metadata.annotations "PROVISIONER" }}
    volumeHandle: pvc-{{ .metadata.uid }}
  persistentVolumeReclaimPolicy: Delete
  storageClassName: {{ .spec.storageClassName }}
  volumeMode: {{ .spec.volumeMode }}
""".replace("PROVISIONER", "volume.kubernetes.io/storage-provisioner")

_NAMES = {
    "ingress_class": INGRESS_CLASS,
    "ingress_address": INGRESS_ADDRESS,
    "load_balancer_address": LOAD_BALANCER_ADDRESS,
    "volume_drivers": json.dumps([VOLUME_DRIVER, ROOT_ONLY_VOLUME_DRIVER]),
    "volume": _VOLUME,
    "wanted": _WANTED,
    "unpullable": _UNPULLABLE,
    "started": _STARTED,
    "init_containers_done": _INIT_CONTAINERS_DONE,
    "terminated": _TERMINATED,
    "image_waiting": _IMAGE_WAITING,
}


def fill(text: str, names: dict[str, str]) -> str:
    """Return a text with every ``@{name}`` replaced; one alone on its line may become several lines.

    Raises:
        KeyError: The text has an unknown name.
    """

    def lines(match: re.Match[str]) -> str:
        indent, name = match[1], match[2]
        return "\n".join(indent + line for line in names[name].rstrip().splitlines())

    text = re.sub(r"^([ ]*)@\{(\w+)\}$", lines, text, flags=re.MULTILINE)
    return re.sub(r"@\{(\w+)\}", lambda match: names[match[1]], text)


def stages() -> list[Manifest]:
    """Return our stages."""
    # "@{...}" remains in comments only.
    text = Path(__file__).with_name("stages.yaml").read_text()
    return list(yaml.safe_load_all(fill(_without_comments(text), _NAMES)))


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def render_kwok_config(upstream: str) -> str:
    """Return KWOK's configuration file.

    Args:
        upstream: KWOK's default stages as YAML: it does not use them for a kind that the configuration has.
    """
    return upstream.rstrip() + "\n---\n" + yaml.safe_dump_all(stages(), sort_keys=False)
