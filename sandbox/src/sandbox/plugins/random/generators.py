"""The random values: inputs, outputs and import of each type.

Names, defaults, outputs and IDs are the official provider's. So are its unprotected IDs: the ID of
RandomBytes, RandomId, RandomString and RandomUuid is the value itself, in clear text in the state.
Use RandomPassword for secrets.
"""

import base64
import secrets
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

Values = dict[str, Any]

_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
_CLASSES = (
    ("lower", "minLower", string.ascii_lowercase),
    ("upper", "minUpper", string.ascii_uppercase),
    ("numeric", "minNumeric", string.digits),
    ("special", "minSpecial", _SPECIAL),
)
_TEXT_DEFAULTS: Mapping[str, Any] = {
    **{name: True for name, _, _ in _CLASSES},
    **{minimum: 0 for _, minimum, _ in _CLASSES},
    "number": True,
}


@dataclass(frozen=True)
class Generator:
    """One type of random value.

    Attributes:
        required: Required inputs.
        defaults: Default of each optional input that has one.
        optional: Optional inputs without default.
        make: Creates the outputs from the inputs. Raises ValueError for contradictory inputs.
        adopt: Creates inputs and outputs from the ID of a ``pulumi import``.
        identity: Creates the resource ID from the outputs.
        secret: Outputs that are secret.
    """

    required: frozenset[str]
    make: Callable[[Values], Values]
    adopt: Callable[[str], tuple[Values, Values]]
    identity: Callable[[Values], str]
    defaults: Mapping[str, Any] = field(default_factory=dict[str, Any])
    optional: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()

    def complete(self, inputs: Values) -> Values:
        """Return the inputs with the defaults filled in."""
        filled = {**self.defaults, **{key: item for key, item in inputs.items() if item is not None}}
        if "number" in self.defaults:  # the older name of "numeric"
            given = inputs.get("numeric", inputs.get("number"))
            filled["numeric"] = filled["number"] = True if given is None else given
        return filled

    def problems(self, inputs: Values) -> list[tuple[str, str]]:
        """Return (input, what is wrong with it) for every wrong input."""
        allowed = self.required | set(self.defaults) | self.optional | {"keepers"}
        missing = [(name, f"{name} is required") for name in sorted(self.required - set(inputs))]
        unknown = [(name, f"there is no input {name}") for name in sorted(set(inputs) - allowed)]
        return missing + unknown


def random_text(inputs: Values) -> str:
    """Return a text of ``length`` characters from the enabled classes, with the minimum of each.

    Raises:
        ValueError: ``length`` is too small, or every class is disabled.
    """
    length = int(inputs["length"])
    pools = {name: characters for name, _, characters in _CLASSES if inputs[name]}
    if "special" in pools and inputs.get("overrideSpecial"):
        pools["special"] = inputs["overrideSpecial"]
    everything = "".join(pools.values())
    if not everything:
        raise ValueError("at least one of lower, upper, numeric and special must be true")
    chosen = [
        secrets.choice(pools.get(name, everything))
        for name, minimum, _ in _CLASSES
        for _ in range(int(inputs[minimum]))
    ]
    if length < max(1, len(chosen)):
        raise ValueError(f"length must be at least 1 and at least the sum of the minimums ({len(chosen)})")
    chosen += [secrets.choice(everything) for _ in range(length - len(chosen))]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)


def _hash(text: str) -> str:
    import bcrypt  # noqa: PLC0415 - only for passwords

    return bcrypt.hashpw(text.encode()[:72], bcrypt.gensalt(rounds=10)).decode()


def _password(inputs: Values) -> Values:
    text = random_text(inputs)
    return {"result": text, "bcryptHash": _hash(text)}


def _adopt_text(text: str) -> tuple[Values, Values]:
    return {"length": len(text), **_TEXT_DEFAULTS}, {"result": text}


def _adopt_password(text: str) -> tuple[Values, Values]:
    inputs, outputs = _adopt_text(text)
    return inputs, {**outputs, "bcryptHash": _hash(text)}


def _bytes_outputs(content: bytes) -> Values:
    return {"base64": base64.b64encode(content).decode(), "hex": content.hex()}


def _make_bytes(inputs: Values) -> Values:
    if inputs["length"] < 1:
        raise ValueError("length must be at least 1")
    return _bytes_outputs(secrets.token_bytes(int(inputs["length"])))


def _adopt_bytes(text: str) -> tuple[Values, Values]:
    content = base64.b64decode(text, validate=True)
    return {"length": len(content)}, _bytes_outputs(content)


def _id_outputs(content: bytes, prefix: str) -> Values:
    return {
        "b64Std": prefix + base64.b64encode(content).decode(),
        "b64Url": prefix + base64.urlsafe_b64encode(content).decode().rstrip("="),
        "hex": prefix + content.hex(),
        "dec": prefix + str(int.from_bytes(content, "big")),
    }


def _make_id(inputs: Values) -> Values:
    if inputs["byteLength"] < 1:
        raise ValueError("byteLength must be at least 1")
    return _id_outputs(secrets.token_bytes(int(inputs["byteLength"])), inputs.get("prefix", ""))


def _adopt_id(text: str) -> tuple[Values, Values]:
    prefix, _, encoded = text.rpartition(",")
    content = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    given: Values = {"byteLength": len(content)}
    if prefix:
        given["prefix"] = prefix
    return given, _id_outputs(content, prefix)


def _make_integer(inputs: Values) -> Values:
    low, high = int(inputs["min"]), int(inputs["max"])
    if low > high:
        raise ValueError(f"min ({low}) must not be greater than max ({high})")
    source: Random = Random(inputs["seed"]) if inputs.get("seed") else secrets.SystemRandom()  # noqa: S311 - requested by a seed
    return {"result": source.randint(low, high)}


def _adopt_integer(text: str) -> tuple[Values, Values]:
    result, low, high, *seed = text.split(",")
    given: Values = {"min": int(low), "max": int(high)}
    if seed:
        given["seed"] = seed[0]
    return given, {"result": int(result)}


def _adopt_uuid(text: str) -> tuple[Values, Values]:
    return {}, {"result": str(uuid.UUID(text))}


def _result(outputs: Values) -> str:
    return str(outputs["result"])


GENERATORS: dict[str, Generator] = {
    "random:index/randomBytes:RandomBytes": Generator(
        required=frozenset({"length"}),
        make=_make_bytes,
        adopt=_adopt_bytes,
        identity=lambda outputs: str(outputs["base64"]),
        secret=frozenset({"base64", "hex"}),
    ),
    "random:index/randomId:RandomId": Generator(
        required=frozenset({"byteLength"}),
        make=_make_id,
        adopt=_adopt_id,
        identity=lambda outputs: str(outputs["b64Url"]),
        optional=frozenset({"prefix"}),
    ),
    "random:index/randomInteger:RandomInteger": Generator(
        required=frozenset({"min", "max"}),
        make=_make_integer,
        adopt=_adopt_integer,
        identity=_result,
        optional=frozenset({"seed"}),
    ),
    "random:index/randomPassword:RandomPassword": Generator(
        required=frozenset({"length"}),
        make=_password,
        adopt=_adopt_password,
        identity=lambda _: "none",
        defaults=_TEXT_DEFAULTS,
        optional=frozenset({"overrideSpecial"}),
        secret=frozenset({"result", "bcryptHash"}),
    ),
    "random:index/randomString:RandomString": Generator(
        required=frozenset({"length"}),
        make=lambda inputs: {"result": random_text(inputs)},
        adopt=_adopt_text,
        identity=_result,
        defaults=_TEXT_DEFAULTS,
        optional=frozenset({"overrideSpecial"}),
    ),
    "random:index/randomUuid:RandomUuid": Generator(
        required=frozenset(),
        make=lambda _: {"result": str(uuid.uuid4())},
        adopt=_adopt_uuid,
        identity=_result,
    ),
}
"""All types of the stand-in, by the token of the resource."""
