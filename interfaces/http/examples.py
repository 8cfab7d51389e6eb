"""What does an example of a body look like? Made from the fields' own examples, so that it cannot grow stale."""

from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Json = dict[str, Any]  # examples are of any shape


def example_of(model: type[BaseModel]) -> Json:
    """One example with every field that has a value to show."""
    return {name: _of_field(field) for name, field in model.model_fields.items()}


def _of_field(field: FieldInfo) -> object:
    if field.examples:
        return field.examples[0]
    if not field.is_required() and field.default is None:
        return None
    return _of_type(field.annotation)


def _of_type(kind: Any) -> object:  # noqa: PLR0911  a type expression is of any shape
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        told = [one for one in arguments[1:] if isinstance(one, FieldInfo) and one.examples]
        return told[0].examples[0] if told and told[0].examples else _of_type(arguments[0])
    if origin in (Union, UnionType):
        return _of_type(next(one for one in arguments if one is not NoneType))
    if origin is list:
        return [_of_type(arguments[0])]
    if origin is Literal:
        return arguments[0]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind)).value
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return example_of(kind)
    return {str: "", int: 1, float: 1.0, bool: False}.get(kind)
