"""What all settings have in common."""

from collections.abc import Awaitable, Mapping
from typing import Any, ClassVar, TypeVar, cast

from pydantic import BaseModel, ConfigDict, SecretStr
from pydantic.alias_generators import to_camel


class AcceptsOutput:
    """Marks, inside `Annotated`, a setting whose value a component also takes as a `pulumi.Output`.

    It is left out where the value decides which resources exist, because that has to be known at once.
    """


class Section(BaseModel):
    """A group of settings: camelCase in a stack file, snake_case in Python; unknown keys are refused."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        strict=True,
        use_attribute_docstrings=True,
        validate_default=True,
        hide_input_in_errors=True,
    )

    def as_args(self, **others: Any) -> Any:
        """Give the settings as the `args` of the component of the same name, together with what others supply.

        Returns a plain dict typed `Any`, because a TypedDict cannot be unpacked into another one.
        """
        return {**{key: getattr(self, key) for key in type(self).model_fields}, **others}


S = TypeVar("S", bound=Section)


def secret_text(value: Any) -> Any:
    """Give the text behind a secret setting: of the setting itself, or the output that a caller put in its place."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def take_outputs(args: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split args into what is known now and what a resource will give (`pulumi.Output` is awaitable)."""
    known: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    for key, value in args.items():
        if isinstance(value, Awaitable) or hasattr(value, "apply"):
            outputs[key] = value
        elif isinstance(value, Mapping):
            known[key], nested = take_outputs(cast("Mapping[str, Any]", value))
            if nested:
                outputs[key] = nested
        else:
            known[key] = value
    return known, outputs


def put_outputs(section: S, outputs: Mapping[str, Any]) -> S:
    """Put the outputs that `take_outputs` took back in their places, unvalidated."""
    update: dict[str, Any] = {}
    for key, value in outputs.items():
        current = getattr(section, key)
        if isinstance(value, Mapping) and isinstance(current, Section):
            update[key] = put_outputs(current, cast("Mapping[str, Any]", value))
        elif isinstance(value, Mapping):
            update[key] = {**current, **value}
        else:
            update[key] = value
    return section.model_copy(update=update)
