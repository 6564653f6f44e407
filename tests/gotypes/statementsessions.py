"""A console on which statements of Go are typed, and what stands in its heap."""

from typing import Any

from gomem_core.session.console import Console
from tests.inside import machine_of


def console_of(version: str = "1.27", *lines: str, kind: Any = None) -> Console:
    console = Console(narrate=True, kind=kind)
    console.submit(f"go {version}")
    done(console, *lines)
    return console


def done(console: Console, *lines: str) -> Any:
    """What the last of these lines answers, as data."""
    data: Any = None
    for line in lines:
        outcome = console.submit(line)
        assert outcome.result is not None, (line, outcome.error)
        data = outcome.result.data
    return data


def failed(console: Console, line: str) -> tuple[int, str]:
    error = console.submit(line).error
    assert error is not None, line
    return error.column, error.message


def sizes(data: Any) -> list[int]:
    return [o["size"] for o in data["objects"]]


def bits(console: Console, name: str) -> str:
    """The pointer bits of an object's slot, without the header, a character a word."""
    found, header = done(console, f"show bitmap {name}"), 0
    if found["addr"] != done(console, f"find {name}")["addr"]:
        header = 1
    o = console.session.objects.info(console.session.objects.find_name(name) or 0)
    words = console.session.world.slots.words(o.addr, found["words"] - header)
    return "".join(str(int(w.pointer is True)) for w in words)


def living(console: Console) -> set[str]:
    objects = console.session.objects
    return {objects.name(oid) for oid in objects.living()}


def state(console: Console) -> tuple[Any, ...]:
    """All that a step leaves behind."""
    machine = machine_of(console.session)
    values = {n: (str(v.type), v.known, v.pointers, v.made, v.length, v.capacity) for n, v in machine.context.values.items()}
    return machine.engine.capture(), console.session.objects.columns(), values
