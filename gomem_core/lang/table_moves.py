"""The registry's fourth part: moves through a session's history, and what a session file says besides commands."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from gomem_core.go.release import MOST_PADDING, modelled
from gomem_core.lang import operands as op
from gomem_core.lang.commands import Look
from gomem_core.lang.conditions import EVENT_WORDS, EXPECT_WORDS, read_event, read_expected_quantity, read_until
from gomem_core.lang.grammar import Clause, CommandSpec, Names, Operand, Shape
from gomem_core.lang.moves import (
    Back,
    Branch,
    Compare,
    Diff,
    DiffBranch,
    DiffFile,
    ExpectAddr,
    ExpectError,
    ExpectEvent,
    ExpectServed,
    Forward,
    Go,
    Goto,
    Mark,
    Open,
    Pause,
    Resume,
    Save,
    Say,
    Stop,
    TakeUp,
    WhatIf,
)
from gomem_core.lang.names import (
    read_branch_name,
    read_branch_stop,
    read_halfway,
    read_journal,
    read_mark_name,
    read_object_name,
    read_stop,
    read_stop_or_file,
)
from gomem_core.lang.numbers import MAX_INT
from gomem_core.lang.panes import PANES, read_pane
from gomem_core.lang.quantities import QUANTITIES
from gomem_core.lang.releases import build_go, read_releases, read_version

_STEPS = op.optional(op.count("n", "N", 1, MAX_INT, "number of steps"))
_EVENT = Operand("kind", "EVENT", "a kind of event such as grow or gc_start", read_event, op.offer(EVENT_WORDS))


def _complete_stops(prefix: str, names: Names | None) -> Iterable[tuple[str, str]]:
    yield from (("start", "before the first command"), ("end", "after the last"))
    yield from names.marks(prefix) if names is not None else ()


def _goto(target: tuple[Stop, int]) -> Goto:
    return Goto(*target)


def _diff_branch(at: tuple[str, int | str]) -> DiffBranch:
    return DiffBranch(*at)


def _complete_futures(prefix: str, names: Names | None) -> Iterable[tuple[str, str]]:
    return names.futures(prefix) if names is not None else ()


_STOP = Operand(
    "target",
    "N|MARK|start|end",
    "the number of a step, a bookmark, start or end",
    read_stop,
    _complete_stops,
    ("N", "MARK", "start", "end"),
)
_DIFF_STOP = replace(_STOP, read=read_stop_or_file)
_PLACE = replace(
    _STOP, meaning="the number of a step, a bookmark, start or end, or such a place and events: 7.3", read=read_halfway
)
_FUTURE = Operand("name", "NAME", "a branch's name", read_branch_name, _complete_futures, required=False)
_BRANCH_STOP = Operand(
    *("at", "NAME[:STEP]", "a branch's name, or one with a colon and a step or bookmark", read_branch_stop, _complete_futures)
)
_FILE = Operand("path", "FILE", "the name of a file", op.trimmed, rest="line")
_JOURNAL = Operand("id", "ID", "the name of a journal", read_journal, required=False)
_TEXT = Operand("text", "TEXT", "a line of text", str, required=False, rest="line")
_QUANTITY_HELP = {name: quantity.help for name, quantity in QUANTITIES.items()}

_BACK = CommandSpec(
    name="back",
    meant=("undo", "prev", "previous", "rewind"),
    shapes=(Shape(Back, operands=(_STEPS,)),),
    summary="Go back one step or N; nothing is lost.",
    help="A step is a command that was done. The steps you leave are still there for `forward`; a new command "
    "starts a new branch, and `branch` goes back to the old one.",
    examples=("alloc 48\nback", "alloc 48\nalloc 48\nback 2"),
)

_FORWARD = CommandSpec(
    name="forward",
    meant=("redo", "next", "fwd"),
    shapes=(Shape(Forward, operands=(_STEPS,)),),
    summary="Go forward again, one step or N.",
    help="It follows the steps that you went back from.",
    examples=("alloc 48\nback\nforward",),
)

_GOTO = CommandSpec(
    name="goto",
    meant=("jump", "seek"),
    shapes=(
        Shape(
            _goto,
            operands=(_PLACE,),
        ),
    ),
    summary="Go to a step, a bookmark, or a time of a film.",
    help="Step 0 is the start, before the first command. 7.3 is halfway: after step 7 and three events of the next command. "
    "In a film a step is an event, and a time such as 1.5s, 20ms or 300us leads to the last event before it.",
    examples=("alloc 48\ngoto 0", "alloc 48\nmark first\ngoto first", "alloc 48\ngoto start\ngoto end", "alloc 48\ngoto 0.2"),
)

_UNTIL = CommandSpec(
    name="until",
    names_types=True,
    meant=("run", "continue", "wait"),
    shapes=(
        Shape(
            lambda condition: condition,
            operands=(
                Operand(
                    "condition",
                    "EVENT|QUANTITY OP NUMBER",
                    "an event such as grow, or a comparison such as heap_live > 4M",
                    read_until,
                    op.offer({**EVENT_WORDS, **_QUANTITY_HELP}),
                    ("EVENT", "QUANTITY OP NUMBER"),
                    rest="code",
                ),
            ),
        ),
    ),
    summary="Go forward until something happens or holds.",
    help="OP is one of = != < <= > >= and the blanks around it can be left out. It goes at least one step, "
    "and to the end if nothing is found. Names of MemStats, such as HeapAlloc, are quantities too. "
    'In a film also: until type "main.Tree" > 1M, which counts the bytes of all objects of a type.',
    examples=("alloc 48\nback\nuntil grow", "alloc 48\nback\nuntil heap_live > 4K", 'until type "main.Tree" > 1M'),
)

_MARK = CommandSpec(
    name="mark",
    meant=("bookmark", "checkpoint", "tag"),
    shapes=(Shape(Mark, operands=(Operand("name", "NAME", "a name for this state", read_mark_name),)),),
    summary="Bookmark the state here by a name, for goto and diff.",
    help="A bookmark stays where it is; the same name given again moves it.",
    examples=("alloc 48\nmark first",),
)

_DIFF = CommandSpec(
    name="diff",
    meant=("delta",),
    shapes=(
        Shape(Diff, operands=(_DIFF_STOP,), surplus="it compares with where you are: goto {more} first, then diff {last}"),
        Shape(_diff_branch, "branch", (_BRANCH_STOP,), help="with another branch, at its end or at a step"),
        Shape(DiffFile, "file", (_FILE,), help="with the still in a file, or with the session in one, at its end"),
    ),
    summary="Say what differs from a step, bookmark, branch or file.",
    help="Nothing moves and nothing changes. The explorer marks in every pane what differs, until esc ends it. "
    "A still is what `gomem export --still` writes.",
    examples=(
        "alloc 48\nmark first\nalloc 48\ndiff first",
        "alloc 48\ndiff 0",
        "alloc 48\nback\nalloc 64\ndiff branch main",
        "diff file before.still",
    ),
)

_BRANCH = CommandSpec(
    name="branch",
    meant=("branches", "fork", "checkout"),
    shapes=(Shape(partial(Branch, name=None), operands=(_FUTURE,)),),
    summary="List this session's other branches, or go to one.",
    help="Typing a command while steps lie ahead, done or not, starts a new branch; the old one stays, under its name.",
    examples=("alloc 48\nback\nalloc 64\nbranch",),
)

_FILE_HELP = "The rest of the line is the file's name, blanks and # included; quotes are part of it."

_SAVE = CommandSpec(
    name="save",
    meant=("write", "export"),
    shapes=(Shape(Save, operands=(_FILE,)),),
    summary="Write this session to a file.",
    help=f"The file is text, which you can read, edit, compare and open again. {_FILE_HELP}",
    examples=("alloc 48\nsave lesson.gomem",),
)

_OPEN = CommandSpec(
    name="open",
    meant=("load", "read", "import"),
    shapes=(Shape(Open, operands=(_FILE,)),),
    summary="Open the session in a file in place of this one.",
    help=_FILE_HELP,
    examples=("open lesson.gomem",),
)

_RESUME = CommandSpec(
    name="resume",
    meant=("recover", "restore"),
    shapes=(Shape(partial(Resume, id=None), operands=(_JOURNAL,)),),
    summary="Resume a session that was killed, from its journal.",
    help="Without an ID, the one that was killed last.",
    examples=("resume", "resume 20180216-1"),
)

_TAKE_UP = CommandSpec(
    name="take-up",
    aliases=("takeup",),
    meant=("model", "continue", "adopt"),
    shapes=(Shape(TakeUp),),
    summary="Go on from the heap that is shown, as an allocator does.",
    help="Where all is known that an allocator needs, a heap that was read becomes one of a session: its first step is what the "
    "program does next. Else it is told what is missing. The look has to be in a file (save writes one), for the session begins "
    "with that; in its own file it stands as on FILE and take-up.",
    examples=("open heap.still\ntake-up",),
)


def _complete_versions(_prefix: str, _names: Names | None) -> Iterable[tuple[str, str]]:
    return ((one.name.removeprefix("go"), "a version of Go") for one in modelled())


_VERSION = Operand("profile", "V", "a version of Go such as 1.10", read_version, _complete_versions, required=False)

_GO = CommandSpec(
    name="go",
    meant=("version", "release"),
    shapes=(
        Shape(
            build_go,
            operands=(_VERSION,),
            clauses=(
                Clause({"base": "begins the heap at this address"}, "base", op.ADDRESS),
                Clause(
                    {"padding": "leaves so many pages at its beginning unused"},
                    "padding",
                    op.count("padding", "PAGES", 0, MOST_PADDING, "number of pages"),
                ),
            ),
        ),
        Shape(partial(Go, release=None), "list", help="tell which versions there are, and what each is exact in"),
    ),
    summary="Do this session on another version of Go.",
    help="All steps are done again on an allocator of version V, as a new branch; the branch you leave stays, and `branch` goes "
    "back to it. In a session file `go V` stands before the first step; without it a session is of Go 1.10. A process of a "
    "version that begins its heap at random draws `base` and `padding`; here it begins as one does that was built not to.",
    examples=("go 1.10", "alloc 48\ngo list"),
)

_COMPARE = CommandSpec(
    name="compare",
    meant=("versus",),
    shapes=(
        Shape(
            Compare,
            operands=(
                Operand(
                    "releases",
                    "V,V,...",
                    "versions of Go such as 1.10,1.27",
                    read_releases,
                    op.offer({"1.10,1.27": "the oldest and today's", "1.21,1.27": "all since page bitmaps"}),
                    required=False,
                ),
            ),
        ),
    ),
    summary="Do the same commands on several versions of Go.",
    help="The steps up to here are done on each, in sessions of their own: pages, waste, addresses, sweeping, growth and "
    "MemStats are compared, and a sentence tells each way in which the versions differ that made a difference. Nothing changes "
    "here. Without versions: 1.10, that of this session, and today's.",
    examples=("alloc 1K scan\ncompare 1.10,1.22,1.27",),
)

_WHATIF = CommandSpec(
    name="whatif",
    meant=("try", "suppose", "simulate"),
    shapes=(
        Shape(
            WhatIf,
            operands=(Operand("text", "COMMANDS", "one command or more, with ; between them", op.trimmed, rest="code"),),
        ),
    ),
    summary="Tell what commands would do, without doing them.",
    help="The commands are done one after the other as if they came next, and then all is as it was: objects, names, types, the "
    "clock. What differs is told: pages in use, how far the heap grows, what is wasted and where, collections. Any commands but "
    "moves will do, also those that only look: what they answer is told, too.",
    examples=(
        "alloc 48 times 1000\nwhatif drop 50%; gc",
        "whatif alloc 100K times 30; show waste",
    ),
)

_SAY = CommandSpec(
    name="say",
    meant=("echo", "note", "tell"),
    shapes=(Shape(partial(Say, text=""), operands=(_TEXT,)),),
    summary="In a session file: explain the step that follows.",
    help="The rest of the line is Markdown exactly as it stands, # included; without text it is an empty line.",
    examples=("say Watch the **mcache**: it has no span of this class yet.",),
)

_PAUSE = CommandSpec(
    name="pause",
    meant=("stop", "break", "sleep"),
    shapes=(Shape(Pause),),
    summary="In a session file: a stop without a command.",
    help="The explorer stops there, so that what was said before it can be read.",
    examples=("say Look at the arena first.\npause",),
)

_FOCUS = CommandSpec(
    name="focus",
    meant=("pane",),
    shapes=(
        Shape(
            op.build_focus,
            operands=(
                Operand(
                    "panes",
                    "PANE",
                    "a pane: " + ", ".join(PANES) + ", or its key, 1 to 9, 0 or w",
                    read_pane,
                    op.offer(dict[str, str](PANES.items())),
                    tuple(PANES),
                    many=True,
                ),
            ),
        ),
    ),
    summary="Show these panes.",
    help="PANE is spans, arena, bitmap, mcentral, mcache, why, heap, layout, objects, types or advise, or its key: 0 to 9, w.",
    examples=("focus mcache why", "focus 3"),
)

_SELECT = CommandSpec(
    name="select",
    meant=("pick", "point"),
    shapes=(Shape(op.build_select, operands=(op.WHERE,)),),
    summary="Select an object, or what lies at an address, in all panes.",
    help="In a session file it stands before a command, and selects when that is done.",
    examples=("alloc 48 as b\nselect b", "alloc 48\nselect 0xc420002000"),
)

_WHO = {
    "zero": "size 0: no memory at all",
    "tiny": "a half-used tiny block",
    "mcache": "the P's own cached span",
    "mcentral": "a span that mcentral had",
    "mheap": "a span cut by mheap, or a large object",
    "os": "the operating system: the arena grew",
}

_EXPECT = CommandSpec(
    name="expect",
    meant=("assert", "must", "should"),
    shapes=(
        Shape(
            lambda condition: condition,
            operands=(
                Operand(
                    "condition",
                    "QUANTITY [OP] NUMBER",
                    "a comparison such as spans 3 or heap_live <= 4M",
                    read_expected_quantity,
                    op.offer(_QUANTITY_HELP),
                    ("QUANTITY [OP] NUMBER", *EXPECT_WORDS),
                    rest="code",
                ),
            ),
        ),
        Shape(ExpectServed, "served", (op.choice("who", _WHO),), help="who served the object of the command before"),
        Shape(
            ExpectAddr,
            "addr",
            (Operand("name", "NAME", "an object's name", read_object_name), op.ADDRESS),
            help="where an object lies",
        ),
        Shape(ExpectEvent, "event", (_EVENT,), help="the command before reported such an event"),
        Shape(op.build_no_event, "no", (op.literal("event"), _EVENT), help="it reported no such event"),
        Shape(
            partial(ExpectError, text=""),
            "error",
            (Operand("text", "TEXT", "a part of the message", op.trimmed, required=False, rest="line"),),
            help="it fails, with a message that contains TEXT if there is one",
        ),
    ),
    summary="In a session file: check what the step before it did.",
    help="It is about the command before it and the state after that. OP is one of = != < <= > >= and the "
    "equals sign can be left out. `help until` lists events and quantities.",
    examples=(
        "alloc 48\nexpect served os",
        "alloc 48 as b\nexpect addr b 0xc420000000",
        "alloc 48\nexpect event grow",
        "alloc 48\nalloc 48\nexpect no event grow",
        "alloc 48\nexpect spans 2",
        "alloc 48\nexpect heap_live <= 8K",
        "p 5\nexpect error there is no P5",
    ),
)

_LOOK = CommandSpec(
    name="look",
    meant=("refresh", "reread"),
    shapes=(Shape(Look),),
    summary="Look once more at the process whose heap is shown.",
    help="The process is stopped for some milliseconds, as it was for the first look. Each look is a step: `back` shows the one "
    "before it, and `diff` compares two of them. A heap that is modelled has nothing to be looked at again.",
    examples=("look",),
)

SPECS: Final = (
    *(_BACK, _FORWARD, _GOTO, _UNTIL, _LOOK, _MARK, _DIFF, _BRANCH, _SAVE, _OPEN, _RESUME, _TAKE_UP, _GO, _COMPARE, _WHATIF),
    *(_SAY, _PAUSE, _FOCUS, _SELECT, _EXPECT),
)
