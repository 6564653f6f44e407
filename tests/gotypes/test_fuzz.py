"""Random Go: whatever is typed is done or refused with a place, and types that are right agree with what holds of all types."""

from random import Random
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.gotypes.advice import best_inside, best_order
from gomem_core.gotypes.describe import data_of, facts_of
from gomem_core.gotypes.errors import GoError
from gomem_core.gotypes.model import WORD
from gomem_core.gotypes.types import Checked, GoTypes
from gomem_core.session.console import Console
from gomem_tui.hint import hint
from tests.effort import effort
from tests.gotypes.drawn import a_statement, a_type
from tests.versions import profile_of

LATEST = profile_of("1.27")
PIECES: Final = (
    *("type", "struct", "interface", "func", "map", "chan", "var", "new", "make", "append", "any", "go", "nil", "string", "len"),
    *(
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "[]",
        "[...]",
        "*",
        "&",
        ":=",
        "=",
        "+",
        "+=",
        "++",
        "-",
        "<-",
        "<<",
        ",",
        ";",
        ":",
        ".",
        "...",
    ),
    *(
        "x",
        "y",
        "T",
        "U",
        "T[int]",
        "node",
        "sync.Mutex",
        "unsafe.Pointer",
        "int",
        "[]byte",
        "comparable",
        "~",
        "|",
        "_",
        "s",
        "m",
    ),
    *(
        "0",
        "1",
        "-1",
        "1<<62",
        "1e99",
        "0x",
        "'a'",
        "'",
        '"',
        '"text"',
        "`",
        "//",
        "/*",
        "\\",
        "\x00",
        "世",
        "\u202e",
        "\n",
        "\t",
        "as",
        "times",
    ),
)
_LINES: Final = 25  # of an example, in one session

lines = st.lists(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), min_size=1, max_size=14).map(" ".join), max_size=_LINES)
seeds = st.integers(0, 2**32)


def garbled(random: Random, text: str) -> str:
    """A line with a piece taken out, put in twice, or replaced."""
    start, end = sorted(random.choices(range(len(text) + 1), k=2))
    return text[:start] + random.choice(("", text[start:end] * 2, random.choice(PIECES))) + text[end:]


def is_told(console: Console, line: str) -> None:
    """What is wrong with a line has a place in it."""
    outcome = console.submit(line)
    if outcome.error is not None:
        assert outcome.error.message
        assert 1 <= outcome.error.column <= len(line) + 1, (line, outcome.error)


@settings(max_examples=effort(25, 1500))
@given(lines)
def test_whatever_is_typed_is_done_or_refused(typed: list[str]) -> None:
    console = Console(narrate=False)
    console.submit("go 1.27")
    for line in typed:
        for text in (line, f"type T {line}", f"new({line})", f"layout {line}", f"x := {line}"):
            if "\n" in text or text.split()[:1] in (["save"], ["open"]):
                continue
            hint(text, console)
            is_told(console, text)


@settings(max_examples=effort(25, 1500))
@given(seeds)
def test_statements_with_a_slip_are_done_or_refused(seed: int) -> None:
    random, console = Random(seed), Console(narrate=False)
    console.submit("go 1.27")
    console.submit("gogc off")
    for _ in range(_LINES):
        drawn = a_statement(random)
        for name, t, value in drawn.variables:
            console.submit(f"drop {name}")
            is_told(console, garbled(random, f"var {name} {t}{f' = {value}' if value else ''}").replace("\n", " "))
        for line in drawn.typed:
            is_told(console, garbled(random, line).replace("\n", " "))
    console.session.check("full")


@settings(max_examples=effort(20, 1500))
@given(lines)
def test_a_file_of_anything_is_read_or_refused(typed: list[str]) -> None:
    types = GoTypes(LATEST)
    try:
        types.add("\n".join(["package p", *typed]), "p.go")
    except GoError:
        return
    for name in types.names:
        try:
            types.declared(name)
        except GoError:
            continue


def joined(checked: Checked) -> str:
    """The mask of a struct, out of those of its fields."""
    words = ["0"] * (checked.shape.size // WORD)
    for field in checked.fields:
        for i, bit in enumerate(field.mask or ""):
            words[field.offset // WORD + i] = bit
    return "".join(words).rstrip("0")


@settings(max_examples=effort(25, 1500))
@given(seeds)
def test_what_holds_of_all_types(seed: int) -> None:
    random, types = Random(seed), GoTypes(LATEST)
    for _ in range(40):
        text = a_type(random)
        checked = types.typed(text)
        (size, align, ptr_bytes), mask = checked.shape, checked.mask
        assert align in (1, 2, 4, 8), text
        assert size % align == 0, text
        assert mask is not None
        assert mask == mask.rstrip("0"), text
        assert len(mask) * WORD == ptr_bytes <= size, text
        data = data_of(facts_of(types, checked), None)
        assert size == 0 or data["class"] >= size + data["header"], text
        array = types.typed(f"[3]{text}")
        assert array.shape[:2] == (3 * size, align), text
        assert array.mask == (mask.ljust(size // WORD, "0") * 3).rstrip("0"), text
        if not checked.fields:
            continue
        assert align == max(field.align for field in checked.fields), text
        assert all(field.offset % field.align == 0 <= field.padding for field in checked.fields), text
        assert sum(field.size + field.padding for field in checked.fields) == size, text
        assert mask == joined(checked), text
        order = best_order(LATEST, checked)
        least = size if order is None else order.size
        assert sum(field.size for field in checked.fields) <= least <= size, text
        inside = best_inside(types, checked, order)
        assert inside is None or inside.shape.size < least, text
        assert inside is None or inside.shape.align == align, text
