"""The base class of settings, and outputs in place of their values."""

from collections.abc import Awaitable, Mapping
from typing import Any, ClassVar, TypeVar, cast

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator
from pydantic.alias_generators import to_camel

from .shapes import is_list, is_mapping


class AcceptsOutput:
    """Marks, inside `Annotated`, a setting that a component also accepts as a `pulumi.Output`.

    Settings that decide which resources exist are not marked, because their values have to be known in a preview.
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
    def _merge_defaults(cls, raw: Any) -> Any:
        """Merge nested sections that are given in part with their default values.

        For example, `librechat.exposure.host` alone leaves `librechat.exposure.type` at LibreChat's default `Ingress`,
        although that of an exposure by itself is `none`.
        """
        return _with_defaults(cls, {}, cast("Mapping[str, Any]", raw)) if isinstance(raw, Mapping) else raw


SectionType = TypeVar("SectionType", bound=Section)


def _with_defaults(section: type[BaseModel], defaults: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return raw settings with the defaults of nested sections that are given in part.

    Args:
        section: The section that the raw settings are of.
        defaults: Defaults of its fields where the section is used, if they differ from those of its class.
        raw: The raw settings.
    """
    result = dict(raw)
    for name, field in section.model_fields.items():
        default = defaults.get(name, field.default)
        given = next((key for key in (field.alias, name) if key in raw), None)
        if given is None and name in defaults:
            result[field.alias or name] = default
        elif given is not None and isinstance(default, Section) and isinstance(raw[given], Mapping):
            own = {key: getattr(default, key) for key in default.model_fields_set}
            result[given] = _with_defaults(type(default), own, raw[given])
    return result


def secret_text(value: Any) -> Any:
    """Return the text of a secret setting, or the output that the args of a component have in its place."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def take_outputs(args: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split args into plain values and outputs, which are known only later.

    Args:
        args: The args; an output (`pulumi.Output` is awaitable) may be at any level, also in a list.

    Returns:
        The args without outputs, and the outputs at their keys.
    """
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


def put_outputs(section: SectionType, outputs: Mapping[str, Any]) -> SectionType:
    """Return a section with outputs in place of values, which are not validated.

    Args:
        section: The section.
        outputs: The outputs at their keys, as `take_outputs` returns them.
    """
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
