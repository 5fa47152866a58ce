"""Kubernetes quantities."""

import re
from decimal import Decimal

# fullmatch everywhere, because `$` also matches before a line break; [0-9], because `\d` has the digits of all scripts.
_QUANTITY = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?P<suffix>[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?"
)
LARGEST_QUANTITY = 2**63 - 1
_FACTORS = {
    "": Decimal(1), "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "k": Decimal("1e3"),
    "M": Decimal("1e6"), "G": Decimal("1e9"), "T": Decimal("1e12"), "P": Decimal("1e15"), "E": Decimal("1e18"),
    "Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30), "Ti": Decimal(2**40),
    "Pi": Decimal(2**50), "Ei": Decimal(2**60),
}  # fmt: skip


def parse_quantity(text: str) -> Decimal:
    """Return the number that a Kubernetes quantity stands for, in its base unit (bytes, cores).

    Raises:
        ValueError: The text is not a quantity.
    """
    match = _QUANTITY.fullmatch(text)
    if not match:
        raise ValueError("not a Kubernetes quantity, write for example 500m, 2, 512Mi or 10Gi")
    suffix = match["suffix"] or ""
    if suffix[:1] in {"e", "E"} and len(suffix) > 1 and suffix != "Ei":
        return Decimal(match["number"] + suffix)
    return Decimal(match["number"]) * _FACTORS[suffix]
