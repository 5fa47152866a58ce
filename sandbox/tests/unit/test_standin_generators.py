"""Random values."""

import string
from typing import Any

import bcrypt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.plugins.random.generators import GENERATORS, random_text

PASSWORD = GENERATORS["random:index/randomPassword:RandomPassword"]
CLASSES = {
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "numeric": string.digits,
    "special": "!@#$%&*()-_=+[]{}<>:?",
}


@given(st.data(), st.sets(st.sampled_from(sorted(CLASSES)), min_size=1))
def test_texts_have_the_length_the_classes_and_the_minimums_asked_for(data: st.DataObject, classes: set[str]) -> None:
    minimums = {name: data.draw(st.integers(0, 3)) for name in classes}
    length = data.draw(st.integers(max(1, sum(minimums.values())), 40))
    inputs = PASSWORD.complete(
        {
            "length": length,
            **{name: name in classes for name in CLASSES},
            **{f"min{name.title()}": count for name, count in minimums.items()},
        }
    )
    text = random_text(inputs)
    assert len(text) == length
    assert set(text) <= set("".join(CLASSES[name] for name in classes))
    for name, count in minimums.items():
        assert sum(character in CLASSES[name] for character in text) >= count


def test_special_characters_can_be_chosen() -> None:
    inputs = {
        "length": 64,
        "upper": False,
        "lower": False,
        "numeric": True,
        "special": True,
        "overrideSpecial": "abcdef",
    }
    text = random_text(PASSWORD.complete(inputs))
    assert len(bytes.fromhex(text)) == 32


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        ({"length": 0}, "length must be at least 1"),
        ({"length": 3, "minLower": 2, "minUpper": 2}, r"sum of the minimums \(4\)"),
        ({"length": 3, **dict.fromkeys(CLASSES, False)}, "at least one of"),
    ],
)
def test_contradictions(inputs: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        random_text(PASSWORD.complete(inputs))


def test_texts_differ() -> None:
    inputs = PASSWORD.complete({"length": 20})
    assert random_text(inputs) != random_text(inputs)


@settings(max_examples=3, deadline=None)
@given(st.integers(1, 80))
def test_the_hash_of_a_password_matches(length: int) -> None:
    outputs = PASSWORD.make(PASSWORD.complete({"length": length}))
    assert bcrypt.checkpw(outputs["result"].encode()[:72], outputs["bcryptHash"].encode())
    assert PASSWORD.identity(outputs) == "none"


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("randomBytes:RandomBytes", {"length": 16}),
        ("randomId:RandomId", {"byteLength": 5}),
        ("randomInteger:RandomInteger", {"min": 3, "max": 9}),
        ("randomString:RandomString", {"length": 9}),
        ("randomUuid:RandomUuid", {}),
    ],
)
def test_a_value_can_be_taken_in_by_its_id(kind: str, inputs: dict[str, Any]) -> None:
    generator = GENERATORS[f"random:index/{kind}"]
    outputs = generator.make(generator.complete(inputs))
    text = generator.identity(outputs)
    if kind.startswith("randomInteger"):
        text = f"{text},3,9"
    adopted_inputs, adopted = generator.adopt(text)
    assert adopted == outputs
    assert generator.complete(adopted_inputs) == generator.complete(inputs)


def test_an_id_with_a_prefix() -> None:
    generator = GENERATORS["random:index/randomId:RandomId"]
    inputs, outputs = generator.adopt("p-,9hUg")
    assert inputs == {"byteLength": 3, "prefix": "p-"}
    assert outputs == {"b64Std": "p-9hUg", "b64Url": "p-9hUg", "hex": "p-f61520", "dec": "p-16127264"}


def test_an_integer_with_a_seed_is_always_the_same() -> None:
    generator = GENERATORS["random:index/randomInteger:RandomInteger"]
    inputs = {"min": 0, "max": 10**9, "seed": "x"}
    assert generator.make(inputs) == generator.make(inputs)
    with pytest.raises(ValueError, match="must not be greater"):
        generator.make({"min": 2, "max": 1})


def test_wrong_inputs_are_named() -> None:
    assert PASSWORD.problems({"lenght": 3}) == [
        ("length", "length is required"),
        ("lenght", "there is no input lenght"),
    ]
    assert PASSWORD.problems({"length": 3, "keepers": {}}) == []


@pytest.mark.parametrize("given_name", ["number", "numeric"])
def test_the_older_name_of_numeric_counts(given_name: str) -> None:
    assert random_text(PASSWORD.complete({"length": 50, given_name: False})).isdecimal() is False
    completed = PASSWORD.complete({"length": 5, given_name: False})
    assert completed["numeric"] is completed["number"] is False
