"""The Job for the first account: its script runs in Node against a stand-in for the image's own command."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.librechat.admin import CREATE_ADMIN
from components.scripts import script
from tests.unit.components.librechat.scripts import node
from tests.unit.pods import container, environment, secret_references, template
from tests.unit.recording import Recording

PASSWORD = "correct horse battery"
ADMIN = {"email": "Admin@Example.org", "name": "Ada", "username": "ada", "existingSecret": "first-admin"}

MONGOOSE = """
const fs = require("node:fs");
const read = () => JSON.parse(fs.readFileSync("users.json"));
exports.connection = { collection: () => ({
  findOne: async ({ email }) => read().find((user) => user.email === email) || null,
  updateOne: async ({ email }, { $set }) => fs.writeFileSync("users.json",
    JSON.stringify(read().map((user) => (user.email === email ? { ...user, ...$set } : user)))),
}) };
"""
COMMAND = """
const fs = require("node:fs");
fs.writeFileSync("seen.json", JSON.stringify({ argv: process.argv.slice(2), env: Object.values(process.env) }));
const prompt = require("node:readline").createInterface({ input: process.stdin, output: process.stdout });
prompt.question("Password:", (password) => {
  if (fs.existsSync("refuse")) process.exit(1);
  const users = JSON.parse(fs.readFileSync("users.json"));
  users.push({ email: process.argv[2], password, role: users.length ? "USER" : "ADMIN" });
  fs.writeFileSync("users.json", JSON.stringify(users));
  process.exit(0);
});
"""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """What the script finds in LibreChat's image: the command, its helpers, the driver."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/helpers.js").write_text("")
    (tmp_path / "config/connect.js").write_text("module.exports = async () => {};")
    (tmp_path / "config/create-user.js").write_text(COMMAND)
    (tmp_path / "node_modules/mongoose").mkdir(parents=True)
    (tmp_path / "node_modules/mongoose/index.js").write_text(MONGOOSE)
    (tmp_path / "users.json").write_text("[]")
    return tmp_path


def create(image: Path, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    given = {"ADMIN_EMAIL": "admin@example.org", "ADMIN_NAME": "Ada", "ADMIN_USERNAME": "ada"}
    return node(script("components.librechat", CREATE_ADMIN), image, {**given, "ADMIN_PASSWORD": password})


def users(image: Path) -> list[dict[str, Any]]:
    return json.loads((image / "users.json").read_text())


def test_the_account_is_created_and_its_password_seen_nowhere(image: Path) -> None:
    done = create(image)
    assert done.returncode == 0, done.stdout + done.stderr
    assert users(image) == [{"email": "admin@example.org", "password": PASSWORD, "role": "ADMIN"}]
    seen = json.loads((image / "seen.json").read_text())
    assert seen["argv"] == ["admin@example.org", "Ada", "ada", "--email-verified=true"]
    assert PASSWORD not in seen["env"]
    assert PASSWORD not in done.stdout + done.stderr


def test_a_newline_at_the_end_of_the_secret_is_not_part_of_it(image: Path) -> None:
    assert create(image, f"{PASSWORD}\n").returncode == 0
    assert users(image)[0]["password"] == PASSWORD


def test_a_second_run_changes_nothing(image: Path) -> None:
    create(image)
    before = users(image)
    (image / "seen.json").unlink()
    assert create(image, "another password").returncode == 0
    assert users(image) == before
    assert not (image / "seen.json").exists()


def test_it_is_an_administrator_even_if_others_came_first(image: Path) -> None:
    (image / "users.json").write_text(json.dumps([{"email": "first@example.org", "role": "USER"}]))
    assert create(image).returncode == 0
    assert {user["email"]: user["role"] for user in users(image)} == {
        "first@example.org": "USER",
        "admin@example.org": "ADMIN",
    }


def test_who_registered_with_that_address_before_does_not_become_one(image: Path) -> None:
    (image / "users.json").write_text(json.dumps([{"email": "admin@example.org", "role": "USER"}]))
    assert create(image).returncode == 0
    assert users(image)[0]["role"] == "USER"


@pytest.mark.parametrize("password", ["", "short", "        ", "x" * 129, "two lines\nof password"])
def test_a_password_that_librechat_would_refuse_or_replace_is_refused(image: Path, password: str) -> None:
    done = create(image, password)
    assert done.returncode == 1
    assert "`password`" in (image / "termination").read_text()
    assert not (image / "seen.json").exists()
    assert users(image) == []


def test_an_account_that_could_not_be_created_is_a_failure(image: Path) -> None:
    (image / "refuse").touch()
    done = create(image)
    assert done.returncode == 1
    assert "not created" in (image / "termination").read_text()
    assert PASSWORD not in done.stdout + done.stderr


def job(execute: Callable[..., Recording], **librechat: Any) -> Any:
    program = execute(librechat={"admin": ADMIN, **librechat})
    return next(r for r in program.all("Job") if r.name == "librechat-create-admin")


def test_the_job_takes_the_password_from_its_secret(execute: Callable[..., Recording]) -> None:
    found = job(execute)
    own = container(found, "create-admin")
    references = secret_references(own)
    assert references["ADMIN_PASSWORD"] == {"name": "first-admin", "key": "password"}
    assert references["MONGO_URI"] == {"name": "librechat-credentials-env", "key": "MONGO_URI"}
    values = environment(found, "create-admin")
    assert values["ADMIN_EMAIL"] == "admin@example.org"
    assert (values["USE_REDIS"], values["SEARCH"]) == ("false", "false")
    assert template(found).spec["restartPolicy"] == "Never"
    assert found.object_name.startswith("librechat-create-admin-")


def test_another_image_does_not_run_it_again(execute: Callable[..., Recording]) -> None:
    first, second = job(execute), job(execute, image="example.org/librechat:1")
    assert first.object_name == second.object_name
    assert first.ignore_changes == ("spec",)


def test_without_an_address_there_is_no_job(execute: Callable[..., Recording]) -> None:
    program = execute()
    assert [r for r in program.resources if "admin" in r.name] == []
    assert [name for name in program.exports if "admin" in name] == []


@pytest.mark.parametrize(("method", "name"), [("native", "librechat"), ("helm", "librechat-helm")])
def test_without_an_address_the_next_command_creates_an_account(
    execute: Callable[..., Recording], method: str, name: str
) -> None:
    command = execute(librechat={"method": method}).exports["next_command"]
    assert f"exec -it deploy/{name} -c {name} -- node config/create-user.js" in command


def generated(execute: Callable[..., Recording], **admin: Any) -> Recording:
    return execute(librechat={"admin": {"email": "admin@example.org", **admin}})


def test_without_a_secret_of_its_own_the_password_is_generated(execute: Callable[..., Recording]) -> None:
    program = generated(execute)
    secret = program.object("Secret", "librechat-admin", "librechat")
    assert secret.inputs["stringData"] == {"password": program.generated()["librechat-admin-password"]}
    assert secret.is_secret("stringData.password")
    found = next(r for r in program.all("Job") if r.name == "librechat-create-admin")
    references = secret_references(container(found, "create-admin"))
    assert references["ADMIN_PASSWORD"] == {"name": "librechat-admin", "key": "password"}
    assert secret.urn in found.dependencies


def test_librechat_takes_a_generated_password(execute: Callable[..., Recording], image: Path) -> None:
    password = generated(execute).generated()["librechat-admin-password"]
    assert 8 <= len(password) <= 128
    assert create(image, password).returncode == 0
    assert users(image)[0]["password"] == password


def test_the_login_is_an_output_and_its_password_a_secret_one(execute: Callable[..., Recording]) -> None:
    program = generated(execute)
    assert program.exports["librechat_admin_email"] == "admin@example.org"
    assert program.exports["librechat_admin_password"] == program.generated()["librechat-admin-password"]
    assert program.secret_exports == {"librechat_admin_password"}
    assert program.exports["secrets"]["librechat-admin"] == "librechat-admin"
    assert program.exports["next_command"] == "make login STACK=test"


def test_a_password_of_an_existing_secret_is_neither_generated_nor_an_output(execute: Callable[..., Recording]) -> None:
    program = generated(execute, existingSecret="first-admin")
    assert [r for r in program.resources if r.name.startswith("librechat-admin-")] == []
    assert program.secret_exports == set()
    assert "librechat_admin_password" not in program.exports
    assert program.exports["secrets"]["librechat-admin"] == "first-admin"
    assert program.exports["next_command"] == "make login STACK=test"


def test_another_address_gets_another_password(execute: Callable[..., Recording]) -> None:
    first, second = generated(execute), generated(execute, email="other@example.org")
    passwords = [next(r for r in one.resources if r.name == "librechat-admin-password") for one in (first, second)]
    assert [one.inputs["keepers"] for one in passwords] == [
        {"email": "admin@example.org"},
        {"email": "other@example.org"},
    ]
    # The database has a hash of its own, so it is no data that outlives the stack.
    program = execute(dataProtection=True, librechat={"admin": {"email": "admin@example.org"}})
    own = [r for r in program.resources if r.name in {"librechat-admin-password", "librechat-admin-secret"}]
    assert [(r.protect, r.retain_on_delete) for r in own] == [(False, False)] * 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"admin": {**ADMIN, "email": "nobody"}}, r"librechat.admin.email.*not an e-mail address"),
        (
            {"admin": ADMIN, "registration": {"allowedDomains": ["other.org"]}},
            r"librechat.admin.email.*librechat.registration.allowedDomains",
        ),
    ],
)
def test_what_would_fail_in_the_cluster_is_refused(
    execute: Callable[..., Recording], settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(Exception, match=message):
        execute(librechat=settings)
