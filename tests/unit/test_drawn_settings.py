"""What the property test of data draws: every setting, new ones included."""

from tests.engine.targets import leaves, undrawn


def test_every_text_has_values_to_draw() -> None:
    """A new setting needs values in tests/engine/targets.py, or a reason in NOT_DRAWN."""
    assert undrawn() == []
    assert len(leaves()) > 100
