"""The registry's third part: commands that look and change nothing."""

from functools import partial
from typing import Final

from gomem_core.lang import operands as op
from gomem_core.lang.commands import Advise, Find, Fit, Invariants, Layout, Show, ShowOne, Topic
from gomem_core.lang.grammar import CommandSpec, Operand, Shape
from gomem_core.lang.operands import trimmed

_TOPICS: dict[Topic, str] = {
    "spans": "the spans of the arena",
    "waste": "what the spans of each class waste, most first",
    "mcentral": "the mcentrals and their lists of spans",
    "mcache": "the spans that each P keeps for itself",
    "free": "the free spans, by number of pages",
    "classes": "the size classes and their waste",
    "layout": "the address space and the heap's regions in it",
    "stats": "the heap's counters, without touching anything",
    "locks": "how often each lock was taken",
}

_SHOW = CommandSpec(
    name="show",
    aliases=("s",),
    meant=("print", "ls", "list", "view", "display"),
    shapes=(
        *(Shape(partial(Show, topic), topic, op.show_filters(topic), help=text) for topic, text in _TOPICS.items()),
        Shape(partial(ShowOne, "span"), "span", (op.SHOWN_SPAN,), help="the span an object or address lies in, or number N"),
        Shape(
            partial(ShowOne, "object"),
            "object",
            (op.SHOWN_OBJECT,),
            help="one object: its span, slot and links",
        ),
        Shape(partial(ShowOne, "bitmap"), "bitmap", (op.SHOWN_PLACE,), help="an object's two bits a word"),
        Shape(partial(ShowOne, "page"), "page", (op.SHOWN_PAGE,), help="one page of the arena"),
        Shape(partial(ShowOne, "class"), "class", (op.SHOWN_CLASS,), help="one size class, by its number"),
    ),
    summary="Look at the heap; nothing changes.",
    help="Tables take filters, and show the rows that pass all of them. A row without the field does not pass: a free span has "
    "no class. Among spans a word without a sign is a regular expression, to be found in one cell of the row: nonempty$, "
    "waits, ^L$; in the waste only with a %.\n"
    "The waste of a span is its bytes that no live object asked for: the ends of slots that objects do not fill (slot waste), "
    "slots that hold nothing (free slots), dead slots that are not swept yet, and the tail after the last slot. What was "
    "dropped since the last mark counts as live. Tables show two parts: of 2+94%, 94% are free slots and 2% all else.",
    examples=(
        "alloc 48\nalloc 64 scan\nshow spans class:4 kind:noscan",
        "alloc 33 times 200\nshow spans waste > 30% noscan",
        "alloc 512 times 400\ndrop 90%\ngc\nshow waste",
        "alloc 48\nflush\nshow mcentral nonempty>=1",
        "alloc 48\nshow mcache p:0",
        "alloc 48\nshow free pages>=10",
        "show classes waste>10%",
        "alloc 48\nshow layout",
        "alloc 48\nshow stats",
        "alloc 48\nshow locks",
        "alloc 48 as b\nshow span b",
        "alloc 48 as b\nshow object b",
        "alloc 48 as b\nshow bitmap b",
        "alloc 48\nshow page 0",
        "show class 4",
    ),
)

_FIND = CommandSpec(
    name="find",
    aliases=("f",),
    meant=("where", "locate"),
    shapes=(Shape(Find, operands=(op.WHERE,)),),
    summary="Say what lies at an address, or where an object lies.",
    help="Any address can be asked for: the region, and inside the arena the page, the span, the slot and the object. "
    "A NAME stands for the address of that object, even if it was dropped.",
    examples=("alloc 48\nfind 0xc420000010", "alloc 48 as b\nfind b"),
)

_ADVISE = CommandSpec(
    name="advise",
    meant=("why", "big", "fragmentation", "advice"),
    shapes=(Shape(Advise),),
    summary="Say why the heap is so big, and what keeps it so.",
    help="Live objects, dead ones, free slots of half-empty spans, tails, what idle Ps keep, stacks, free pages and what was "
    "given back add up to the whole heap. Of free pages it tells beside what they lie, in chunks of 4 MB and in huge pages of "
    "2 MB. In the pane w Advise, enter shows the spans of which a line speaks.",
    examples=("alloc 512 times 400\ndrop 90%\ngc\nadvise", "alloc 48\nadvise"),
)

_TYPE = "a type as Go writes it, such as []int or struct{ a, b int }"

_LAYOUT = CommandSpec(
    name="layout",
    meant=("sizeof", "struct"),
    shapes=(Shape(Layout, operands=(Operand("text", "TYPE", _TYPE, trimmed, rest="code"),)),),
    summary="Say how a Go type lies in memory, and what it costs.",
    help="Fields with their offsets and padding, which of their words are pointers, the slot of one object and of "
    "slices, the order of fields that is smallest, and the fewest bytes less that reach a smaller slot. All of it as the version "
    "of Go has it that the heap is of. A type is written out, one of the standard library, or one that type or types has "
    "declared. Nothing changes.",
    examples=("layout struct{ ok bool; n int; done bool }", "layout [65]*int", "layout map[string][]byte"),
)

_FIT = CommandSpec(
    name="fit",
    meant=("fits",),
    shapes=(
        Shape(Fit, operands=(Operand("text", "SIZE|TYPE", f"a size such as 48 or 1.5M, or {_TYPE}", trimmed, rest="code"),)),
    ),
    summary="Say how a size or a Go type fits the slots of all versions.",
    help="Versions in which nothing differs share a row. Of a size both kinds are shown, without pointers (noscan) and with them "
    "(scan), where it is whole words. Nothing changes.",
    examples=("fit 520", "fit 24", "fit struct{ name string; next *int }"),
)

_LEVELS = {
    "cheap": "counters against each other",
    "lists": "and each span on the list where it belongs",
    "full": "and every bit of every span (the default)",
}

_INVARIANTS = CommandSpec(
    name="invariants",
    aliases=("inv",),
    meant=("check", "verify"),
    shapes=(Shape(Invariants, operands=(op.optional(op.choice("level", _LEVELS)),)),),
    summary="Check that the heap is consistent.",
    help="Three levels, each of which includes the one before it.",
    examples=("alloc 48\ninvariants", "alloc 48\ninvariants cheap"),
)

SPECS: Final = (_SHOW, _FIND, _ADVISE, _LAYOUT, _FIT, _INVARIANTS)
