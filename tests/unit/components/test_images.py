"""Image references: pinned, understood as container runtimes do, and behind a mirror."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.images import FLOATING_TAGS, Image, Version, problem, resolve, version_of
from components.stack.settings import images

IMAGES = images()
DIGEST = f"@sha256:{'0a' * 32}"


@pytest.mark.parametrize("name", IMAGES)
def test_every_image_is_pinned_by_a_version(name: str) -> None:
    image = IMAGES[name]
    assert problem(str(image)) is None
    assert image.tag not in FLOATING_TAGS
    assert any(character.isdigit() for character in image.tag)


VULNERABLE_BEFORE: dict[str, tuple[Version, str]] = {
    "valkey/valkey": ((9, 1, 1), "CVE-2025-49844 (8.1.4), CVE-2026-23479 (8.1.7), CVE-2026-56684 and -63639 (9.1.1)"),
}
"""First version of an image without known holes, by repository, and what the ones before it have.

Source: the release notes of valkey-io/valkey.
"""


@pytest.mark.parametrize("name", IMAGES)
def test_no_pinned_image_has_a_known_hole(name: str) -> None:
    image = IMAGES[name]
    first, holes = VULNERABLE_BEFORE.get(image.repository, ((0, 0, 0), ""))
    version = version_of(str(image))
    assert version is not None
    assert version >= first, holes


def test_the_table_of_known_holes_names_pinned_images() -> None:
    assert VULNERABLE_BEFORE.keys() <= {image.repository for image in IMAGES.values()}


def test_both_images_of_ollama_are_of_one_version() -> None:
    assert IMAGES["ollama-rocm"].tag == f"{IMAGES['ollama'].tag}-rocm"


@pytest.mark.parametrize(
    "reference",
    [
        "mongo:8", "library/mongo:8", "docker.io/library/mongo:8.0.1", "localhost/a:1", "localhost:5000/a/b:1",
        "registry.example.org:5000/a/b-c_d.e:1", f"mongo{DIGEST}", f"ghcr.io/a/b:1.0{DIGEST}", "a__b:1", "a:A_b.C-1",
    ],
)  # fmt: skip
def test_valid_references(reference: str) -> None:
    assert problem(reference) is None


@pytest.mark.parametrize(
    "reference", ["mongo", "docker.io/library/mongo", "registry.example.org:5000/mongo", "localhost:5000/a"]
)
def test_references_without_a_tag(reference: str) -> None:
    assert problem(reference) == "has no tag, add one (`:1.2.3`) or a digest (`@sha256:...`)"


@pytest.mark.parametrize(
    "reference",
    [
        "",
        ":1",
        "Mongo:8",
        "a b:1",
        "https://a.b/c:1",
        "a:1:2",
        "a//b:1",
        "/a:1",
        "a/:1",
        "a:",
        "a@sha256:ab",
        f"a:{'1' * 129}",
        "a:1\n",
    ],
)
def test_what_is_no_reference(reference: str) -> None:
    assert problem(reference) == "not an image reference, write it as `registry/repository:tag`"


@given(st.text(max_size=30))
def test_any_text_has_an_answer(text: str) -> None:
    assert problem(text) is None or "`" in str(problem(text))


@pytest.mark.parametrize("name", IMAGES)
def test_a_mirror_takes_the_place_of_the_registry_and_keeps_the_path(name: str) -> None:
    image = IMAGES[name]
    assert resolve(image) == str(image)
    for registry in ("mirror.example.org/hub", "mirror.example.org/hub/"):
        assert resolve(image, registry) == f"mirror.example.org/hub/{image.repository}:{image.tag}"


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("mongo:8", "m.org/library/mongo:8"),
        ("bitnami/mongo:8", "m.org/bitnami/mongo:8"),
        ("docker.io/library/mongo:8", "m.org/library/mongo:8"),
        ("localhost/mongo:8", "m.org/mongo:8"),
        ("ghcr.io/a/b:1", "m.org/a/b:1"),
        (f"r.org:5000/a/b{DIGEST}", f"m.org/a/b{DIGEST}"),
    ],
)
def test_an_image_of_ones_own_goes_through_the_mirror_too(override: str, expected: str) -> None:
    assert resolve(IMAGES["mongodb"], "", override) == override
    assert resolve(IMAGES["mongodb"], "m.org", override) == expected


def test_an_image_is_written_in_full() -> None:
    assert str(Image("docker.io", "library/mongo", "8")) == "docker.io/library/mongo:8"
