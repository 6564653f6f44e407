"""What `drop` is told to forget: TARGET... [every K | N% [seed S]] [size OP SIZE].

The words `every` and `size` can be names of objects, as they were before they could choose.  They choose only where something
follows that cannot be an object: `every 4`, `size<64`.  A share is known by its %.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from gomem_core.lang.commands import ByName, Drop, Every, Everything, Share, SizeIs, Target
from gomem_core.lang.conditions import read_sign
from gomem_core.lang.errors import WordError, shown
from gomem_core.lang.grammar import Names
from gomem_core.lang.names import format_target, read_target
from gomem_core.lang.numbers import MAX_INT, format_percent, format_size, read_count, read_percent, read_size
from gomem_core.regex import regex

V = TypeVar("V")

_MOST: Final = 100_000_000  # objects
_PART: Final = regex(  # [ \t] between them: the text is one line
    r"every[ \t]+(?!0[xX])(?P<every>[0-9+-][^ \t%]*)(?=[ \t]|$)"
    r"|(?P<share>[^ \t]+%)(?:[ \t]+(?P<seeded>seed)(?:[ \t]+(?P<seed>[^ \t]+))?)?(?=[ \t]|$)"
    r"|size[ \t]*(?P<sign>[=!<>:]+)[ \t]*(?P<size>[^ \t]*)"
    r"|(?P<target>[^ \t]+)"
)
PARTS: Final = (  # as help shows them, and what they do
    ("every K", "drops each K-th, oldest first: numbers K, 2K, 3K, ..."),
    ("N%", "drops so many percent, to the nearest whole object, drawn at random"),
    ("seed S", "starts the generator of random numbers; 1 if not given"),
    ("size OP SIZE", "only objects of such a size, as it was asked for; OP is one of = != < <= > >="),
)
_OBJECTS_FIRST: Final = 90  # so that what can follow them is not lost among thousands
_OFFERED: Final = (("every", PARTS[0][1]), ("50%", PARTS[1][1]), ("size<", PARTS[3][1]), ("size>=", PARTS[3][1]))


def read_drop(text: str) -> Drop:
    """The command, out of all that stands after its word.  Without a target every object is meant."""
    targets: list[Target] = []
    places: list[tuple[int, int]] = []
    values: dict[str, Any] = {}
    said: dict[str, str] = {}
    for part in _PART.finditer(text):
        if part["target"] is not None:
            targets.append(_target(part, said))
            places.append(part.span())
            continue
        field = "size" if part["sign"] is not None else "pick"
        if field in said:
            word = part[0].split(maxsplit=1)[0]
            message = f"{word} cannot stand beside {said[field]}; one of them is enough"
            raise WordError(message, start=part.start(), width=len(word))
        said[field] = part[0].split(maxsplit=1)[0]
        values[field] = _size(part) if field == "size" else _every(part) if part["every"] is not None else _share(part)
    _check_all(targets, places)
    return Drop(tuple(targets) or (Everything(),), **values)


def _check_all(targets: list[Target], places: list[tuple[int, int]]) -> None:
    """Complain if `all` has other targets beside it."""
    if len(targets) == 1 or Everything() not in targets:
        return
    if ByName("every") in targets:  # which hardly is an object here
        _, end = places[targets.index(ByName("every"))]
        raise WordError("K is missing after every; it is a number, such as every 4", expected=("K",), start=end, width=0)
    message = "all cannot stand beside other targets; it drops every object by itself"
    start, end = places[targets.index(Everything())]
    raise WordError(message, expected=("NAME", "0xADDR", "o3..o9"), start=start, width=end - start)


def _target(part: re.Match[str], said: dict[str, str]) -> Target:
    word, start = part[0], part.start()
    if said:
        before = next(reversed(said.values()))
        message = f"{shown(word)} stands after {before}: the objects come first, then what chooses among them"
        if word == "seed":
            message = "seed stands where no percentage is before it; write 75% seed 1"
        raise WordError(message, start=start, width=len(word))
    try:
        return read_target(word)
    except WordError as fault:
        raise fault.inside(start, len(word)) from None


def _read(part: re.Match[str], group: str, label: str, read: Callable[[str], V]) -> V:
    """The value of a word inside a part; a complaint says where it stands and what was expected."""
    try:
        return read(part[group])
    except WordError as fault:
        fault.expected = fault.expected or (label,)
        raise fault.inside(part.start(group), len(part[group])) from None


def _every(part: re.Match[str]) -> Every:
    return Every(_read(part, "every", "K", lambda word: read_count(word, 1, _MOST, "distance between dropped objects")))


def _share(part: re.Match[str]) -> Share:
    percent = _read(part, "share", "N%", read_percent)
    if part["seeded"] is None:
        return Share(percent)
    if part["seed"] is None:
        message = "S is missing after seed; it is a number that starts the generator"
        raise WordError(message, expected=("S",), start=part.end(), width=0)
    return Share(percent, _read(part, "seed", "S", lambda word: read_count(word, 0, MAX_INT, "seed")))


def _size(part: re.Match[str]) -> SizeIs:
    comparison = read_sign(part["sign"], part.start("sign"))
    if not part["size"]:
        raise WordError(f"the size is missing, as in size {comparison} 64", expected=("SIZE",), start=part.end(), width=0)
    return SizeIs(comparison, _read(part, "size", "SIZE", read_size))


def format_drop(command: Drop) -> list[str]:
    """The command in words, as `read_drop` reads them."""
    parts = ["drop", *map(format_target, command.targets)]
    match command.pick:
        case Every(k):
            parts += ["every", str(k)]
        case Share(percent, seed):
            parts.append(format_percent(percent))
            parts += ["seed", str(seed)] if seed != Share(percent).seed else []
        case None:
            pass
    if command.size is not None:
        parts.append(f"size{command.size.comparison}{format_size(command.size.size)}")
    return parts


def complete_drop(said: Sequence[str], prefix: str, names: Names | None) -> Iterator[tuple[str, str]]:
    """What can stand after the words `said`: more objects, as long as nothing chose yet, then what chooses among them."""
    parts = list(_PART.finditer(" ".join(said)))
    last = parts[-1] if parts else None
    if last is not None and (last[0] == "every" or (last["seeded"] is not None and last["seed"] is None)):
        return  # a number
    picked = any(part["every"] is not None or part["share"] is not None for part in parts)
    sized = any(part["sign"] is not None for part in parts)
    if not said:
        yield "all", "every object that is not dropped yet"
    takes_objects = not picked and not sized and "all" not in said
    objects = ((name, "object") for name in (names.objects(prefix) if names and takes_objects else ()) if name not in said)
    yield from islice(objects, _OBJECTS_FIRST)
    if last is not None and last["share"] is not None and last["seeded"] is None:
        yield "seed", PARTS[2][1]
    for word, about in _OFFERED:
        if not (sized if word.startswith("size") else picked):
            yield word, about
    yield from objects
