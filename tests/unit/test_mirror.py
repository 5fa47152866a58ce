"""Each module has a test file of its name, at the same place below tests/unit. Exceptions are listed with a reason."""

from collections.abc import Iterator
from fnmatch import fnmatch

from tests.unit.programs import ROOT

PACKAGES = ("components", "cli", "policies", "benchmarks")

DECLARATIONS = {
    "__init__.py": "names only",
    "__main__.py": "a list of commands, or a program",
    "args.py": "generated; tests/unit/cli/test_generate.py",
    "connection.py": "types, and a function that every test of LibreChat runs",
    "definition.py": "declarations; tests/unit/components/stack/data/test_objects.py and test_resource_rules.py",
    "errors.py": "exception types",
    "names.py": "names, compared by tests/unit/test_snapshots.py",
    "options.py": "options of commands",
    "paths.py": "names, compared by tests/unit/test_snapshots.py",
    "peers.py": "types",
    "settings.py": "declarations; tests/unit/components/stack/test_bad_input.py",
    "shapes.py": "types",
    "versions.py": "versions; tests/unit/components/test_images.py",
}
"""Modules of declarations, which need no tests of their own; by file name."""

COVERED_BY = {
    "components/librechat/config/placeholders.py": "components/librechat/config/test_render.py",
    "cli/aftermath.py": "cli/test_up.py",
    "cli/data.py": "cli/drift/test_compare.py",
    "cli/diff/objects.py": "cli/diff/test_diff.py",
    "cli/diff/report.py": "cli/diff/test_diff.py",
    "cli/doctor/checks/*.py": "cli/doctor/test_checks.py",
    "cli/doctor/diagnosis.py": "cli/doctor/test_checks.py",
    "cli/doctor/facts.py": "cli/doctor/test_checks.py",
    "cli/drift/events.py": "cli/drift/test_detect.py",
    "cli/drift/report.py": "cli/drift/test_detect.py",
    "cli/policies.py": "policies/test_policies.py",
    "cli/preparation.py": "cli/test_up.py",
    "cli/recording.py": "test_main.py",
    "cli/revision_settings.py": "cli/test_rollback.py",
    "cli/rollback_session.py": "cli/test_rollback.py",
    "policies/rules/data.py": "policies/test_stack_rules.py",
    "policies/rules/exposure.py": "policies/test_stack_rules.py",
    "policies/rules/network.py": "policies/test_stack_rules.py",
    "policies/rules/rule.py": "policies/test_policies.py",
    "policies/rules/*.py": "policies/test_resource_rules.py",
    "benchmarks/cluster.py": "benchmarks/test_lifecycle.py",
    "benchmarks/contenders/*.py": "benchmarks/test_contenders.py",
    "benchmarks/lines.py": "benchmarks/test_contenders.py",
    "benchmarks/report.py": "benchmarks/test_targets.py",
    "components/stack/policies.py": "policies/test_policies.py",
}
"""Test files, below tests/unit, of modules whose tests have another name; by path or pattern, the first one counts."""

WITHOUT_UNIT_TESTS = {
    "cli/commands/*.py": "arguments of commands; what they call has tests, and tests/engine/test_cli.py runs them",
    "cli/console.py": "prints",
    "cli/doctor/gather.py": "asks an API server; tests/engine/test_doctor.py",
    "cli/doctor/server.py": "asks an API server; tests/engine/test_doctor.py",
    "cli/live.py": "asks an API server; tests/engine/test_drift.py",
    "benchmarks/about.py": "asks the machine; `make bench`",
    "benchmarks/commands.py": "runs the programs that are measured; `make bench`",
    "benchmarks/growth.py": "runs the programs that are measured; `make bench`",
    "benchmarks/preview.py": "runs the programs that are measured; `make bench`",
    "benchmarks/programs/*.py": "programs that are measured; `make bench`",
}
"""Modules that only a real engine, API server or machine tests; by path or pattern."""

EXCEPTIONS = (*COVERED_BY, *WITHOUT_UNIT_TESTS)


def modules() -> Iterator[str]:
    """Paths of all modules that are more than declarations."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.name not in DECLARATIONS:
                yield path.relative_to(ROOT).as_posix()


def mirrored(module: str) -> bool:
    """Whether a module has a test file of its name."""
    folder, _, name = module.rpartition("/")
    return (ROOT / "tests" / "unit" / folder / f"test_{name}").is_file()


def test_modules_are_found() -> None:
    assert len(list(modules())) > 150
    assert mirrored("components/stack/quota.py")
    assert not mirrored("components/stack/nothing.py")


def test_every_module_has_its_tests() -> None:
    without = [module for module in modules() if not mirrored(module)]
    assert [module for module in without if not any(fnmatch(module, pattern) for pattern in EXCEPTIONS)] == []


def test_the_tests_of_the_exceptions_exist() -> None:
    files = {name: ROOT / "tests" / "unit" / name for name in COVERED_BY.values()}
    assert [name for name, file in files.items() if not file.is_file()] == []


def test_no_exception_is_stale() -> None:
    without = [module for module in modules() if not mirrored(module)]
    assert [pattern for pattern in EXCEPTIONS if not any(fnmatch(module, pattern) for module in without)] == []


def test_every_declaration_is_somewhere() -> None:
    names = {path.name for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert set(DECLARATIONS) - names == set()
