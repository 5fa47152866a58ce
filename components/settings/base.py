"""What all settings have in common."""

from collections.abc import Awaitable, Mapping
from typing import Any, ClassVar, TypeVar, cast

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator
from pydantic.alias_generators import to_camel

from .shapes import is_list, is_mapping


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
        validate_default=True,
        hide_input_in_errors=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _keep_defaults(cls, raw: Any) -> Any:
        """Let a section that is given in part keep the rest of the default that it has in its place.

        `librechat.exposure.host` alone leaves `librechat.exposure.type` at `Ingress`, as the reference page says.
        """
        return _completed(cls, {}, cast("Mapping[str, Any]", raw)) if isinstance(raw, Mapping) else raw


S = TypeVar("S", bound=Section)


def _completed(section: type[BaseModel], place: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Put the defaults of a section's place below what is given, section by section.

    place: those that differ from the section's own, by the name of the field.
    """
    result = dict(raw)
    for name, field in section.model_fields.items():
        default = place.get(name, field.default)
        given = next((key for key in (field.alias, name) if key in raw), None)
        if given is None and name in place:
            result[field.alias or name] = default
        elif given is not None and isinstance(default, Section) and isinstance(raw[given], Mapping):
            own = {key: getattr(default, key) for key in default.model_fields_set}
            result[given] = _completed(type(default), own, raw[given])
    return result


def secret_text(value: Any) -> Any:
    """Give the text behind a secret setting: of the setting itself, or the output that a caller put in its place."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def take_outputs(args: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split args into what is known now and what a resource will give (`pulumi.Output` is awaitable)."""
    known: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    for key, value in args.items():
        if _is_output(value) or (is_list(value) and _holds_output(value)):
            outputs[key] = value
        elif isinstance(value, Mapping):
            known[key], nested = take_outputs(cast("Mapping[str, Any]", value))
            if nested:
                outputs[key] = nested
        else:
            known[key] = value
    return known, outputs


def _is_output(value: object) -> bool:
    return isinstance(value, Awaitable) or hasattr(value, "apply")


def _holds_output(value: object) -> bool:
    if is_mapping(value):
        return any(map(_holds_output, value.values()))
    return any(map(_holds_output, value)) if is_list(value) else _is_output(value)


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
