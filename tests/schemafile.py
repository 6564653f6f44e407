"""Writes gomem_core/schema/schema.json from the types beside it: python -m tests.schemafile."""

import inspect
import json
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from gomem_core import schema as package
from gomem_core.go.allevents import ALL_EVENTS
from gomem_core.go.events import ADDRESSES, BIT_SETS, Event
from gomem_core.go.versions import PROFILES
from gomem_core.report import Addr, Bits
from gomem_core.schema import outputs, results, sessions

PATH = Path(__file__).parents[1] / "gomem_core" / "schema" / "schema.json"
HEXADECIMAL = {"type": "string", "pattern": "^0x[0-9a-f]+$"}
SCALARS: dict[Any, dict[str, Any]] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Addr: {"$ref": "#/$defs/Addr"},
    Bits: {"$ref": "#/$defs/Bits"},
}


def _either(kinds: list[dict[str, Any]]) -> dict[str, Any]:
    """One of several: of simple types in one word."""
    if all(set(kind) == {"type"} for kind in kinds):
        return {"type": [kind["type"] for kind in kinds]}
    return {"anyOf": kinds}


class Writer:
    """Collects a definition for each TypedDict that it comes across."""

    def __init__(self) -> None:
        self.defs: dict[str, dict[str, Any]] = {
            "Addr": HEXADECIMAL | {"description": "An address."},
            "Bits": HEXADECIMAL | {"description": "A bit set: the lowest bit belongs to slot 0."},
        }

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of a type."""
        if kind in SCALARS:
            return SCALARS[kind]
        if is_typeddict(kind):
            return self._object(kind)
        origin, args = get_origin(kind), get_args(kind)
        if origin is Literal:
            return {"enum": [*args]}
        if origin in (Union, UnionType):
            return _either([self.of(arg) for arg in args])
        if origin is list:
            return {"type": "array", "items": self.of(args[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(args[1])}
        raise TypeError(kind)

    def _object(self, kind: Any) -> dict[str, Any]:
        name = kind.__name__
        if name not in self.defs:
            self.defs[name] = {}  # should it contain itself
            self.defs[name] = self._event() if kind is sessions.Event else self._typed_dict(kind)
        return {"$ref": f"#/$defs/{name}"}

    def _typed_dict(self, kind: Any) -> dict[str, Any]:
        hints = get_type_hints(kind)
        return {
            "description": inspect.getdoc(kind),
            "type": "object",
            "properties": {name: self.of(hint) for name, hint in hints.items()},
            "required": [name for name in hints if name in kind.__required_keys__],
            "additionalProperties": False,
        }

    def _event(self) -> dict[str, Any]:
        """One of the kinds of events, each with its fields."""
        return {"description": inspect.getdoc(sessions.Event), "anyOf": [self._kind(c) for c in ALL_EVENTS]}

    def _kind(self, kind: type[Event]) -> dict[str, Any]:
        hints = get_type_hints(kind)
        names: tuple[str, ...] = getattr(kind, "__match_args__")  # noqa: B009 -- mypy knows it as a tuple of the single class
        fields = {name: self._field(name, hints[name]) for name in names}
        functions = sorted({profile.function(kind.kind, kind.go) for profile in PROFILES})
        go = {"const": functions[0]} if len(functions) == 1 else {"enum": functions}
        constants = {"kind": {"const": kind.kind}, "go": go}
        return {
            "description": inspect.getdoc(kind),
            "type": "object",
            "properties": constants | fields,
            "required": [*constants, *fields],
            "additionalProperties": False,
        }

    def _field(self, name: str, hint: Any) -> dict[str, Any]:
        if name in ADDRESSES:
            return self.of(Addr | None)
        if name in BIT_SETS:
            return self.of(Bits)
        if name in ("gc_trigger", "next_gc", "spanclass", "index"):
            return self.of(int | None)
        return self.of(hint)


def schema() -> dict[str, Any]:
    """All of it: any line of any `--json`, and a definition for each answer by name."""
    writer = Writer()
    lines = writer.of(outputs.Output)
    for answer in get_args(results.Result):
        writer.of(answer)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What gomem prints with --json",
        "description": " ".join((package.__doc__ or "").split("\n\n")[1].split()),
        **lines,
        "$defs": dict(sorted(writer.defs.items())),
    }


def text() -> str:
    """The file's text: a line for each property, so that a person can read and compare it."""
    found = schema()
    definitions = ",\n".join(f"  {_dumped(name)}: {_definition(one)}" for name, one in found.pop("$defs").items())
    head = ",\n".join(f"  {_dumped(key)}: {_dumped(value)}" for key, value in found.items())
    return f'{{\n{head},\n  "$defs": {{\n{definitions}\n  }}\n}}\n'


def _definition(one: dict[str, Any]) -> str:
    properties, kinds = one.get("properties"), one.get("anyOf")
    rest = {key: value for key, value in one.items() if key not in ("properties", "anyOf")}
    if kinds:
        return f'{_dumped(rest)[:-1]}, "anyOf": [\n' + ",\n".join(f"    {_dumped(kind)}" for kind in kinds) + "\n  ]}"
    if properties:
        rows = ",\n".join(f"    {_dumped(name)}: {_dumped(value)}" for name, value in properties.items())
        return f'{_dumped(rest)[:-1]}, "properties": {{\n{rows}\n  }}}}'
    return _dumped(one)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
