"""Ollama as a component of a stack."""

from collections.abc import Iterator, Mapping

from ..definition import COPY_FILES, Cause, Containers, Data, DataObject, Definition, Deployed, ProgramJob, claim
from ..exposure.settings import Exposure
from ..settings.findings import Finding
from .names import server_name, server_path
from .rules import SERVER_RULES, no_models
from .settings import MODEL_JOB_RESOURCES, OllamaPool, OllamaSettings
from .versions import CHART, IMAGES


def _check(settings: OllamaSettings, _prefix: str) -> Iterator[Finding]:
    for path, server in settings.by_path().items():
        for rule in (*SERVER_RULES, no_models):
            yield from rule(server, f"{path}.")


def _containers(settings: OllamaSettings) -> Iterator[Containers]:
    for path, server in settings.by_path().items():
        yield Containers(path, server.replicas, server.resources)
        token = server.exposure.token
        if token.enabled:
            yield Containers(f"{path}.exposure.token", 1, token.resources)


def _jobs(settings: OllamaSettings) -> Iterator[ProgramJob]:
    servers = settings.servers().values()
    pods = sum(len(server.model_names) + server.prune_models for server in servers)
    yield ProgramJob("models", MODEL_JOB_RESOURCES, pods)


def _exposures(settings: OllamaSettings) -> Mapping[str, Exposure]:
    return {path: server.exposure for path, server in settings.by_path().items()}


def _data_objects(settings: OllamaSettings) -> Iterator[DataObject]:
    for pool, server in settings.servers().items():
        yield from claim(server_name(pool), server.storage, server_path(pool))


def _cause(settings: OllamaSettings, gone: Deployed) -> Cause:
    """Return what leaves out the claim of a server: its pool is gone, or names another claim."""
    pool = gone.name.removeprefix("ollama").removesuffix("data").strip("-")
    if pool and pool not in settings.pools:
        return Cause(server_path(pool), "", "its models would have to be pulled again; ")
    existing = settings.servers()[pool].storage.existing_claim
    return Cause(f"{server_path(pool)}.storage.existingClaim", f'"{existing}"', COPY_FILES)


OLLAMA = Definition(
    kind="Ollama",
    namespace="ollama",
    images=IMAGES,
    charts={"ollama": CHART},
    args=OllamaPool,
    check=_check,
    containers=_containers,
    jobs=_jobs,
    exposures=_exposures,
    data=Data(objects=_data_objects, cause=_cause),
    # Without it clients get another token.
    replaceable=("-auth-token", "-auth-secret"),
)
