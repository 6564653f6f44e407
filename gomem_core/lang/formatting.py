"""format_command: the one canonical way to write a command, which `parse` reads back to an equal one.

Operands are always written, clauses only when they differ from their default.
"""

from typing import Final, assert_never

from gomem_core.lang import commands as c
from gomem_core.lang import moves as m
from gomem_core.lang.conditions import format_comparison
from gomem_core.lang.dropped import format_drop
from gomem_core.lang.filters import format_filter
from gomem_core.lang.gostatements import format_clauses
from gomem_core.lang.names import format_ref
from gomem_core.lang.numbers import format_age, format_size

_WORDS: Final[dict[type, str]] = {c.Declare: "type", m.DiffFile: "diff file", m.TakeUp: "take-up"}


def format_command(command: c.Command) -> str:
    """The command as a line of the language."""
    match command:
        case c.Alloc():
            parts = _alloc(command)
        case c.Statement() | c.AllocType() | c.Insert():
            parts = _statement(command)
        case c.Drop():
            parts = format_drop(command)
        case c.Link(src, slot, dst):
            parts = ["link", f"{format_ref(src)}.{slot}", format_ref(dst)]
        case c.Unlink(src, slot):
            parts = ["unlink", f"{format_ref(src)}.{slot}"]
        case c.Churn():
            parts = _churn(command)
        case c.Show(topic, filters):
            parts = ["show", topic, *(format_filter(topic, item) for item in filters)]
        case c.ShowOne(what, target):
            parts = ["show", what, str(target) if isinstance(target, int) else format_ref(target)]
        case m.Mark() | m.Say() | m.Pause() | m.Focus() | m.Select() | m.Expect():
            parts = _directive(command)
        case m.Back() | m.Forward() | m.Goto() | m.UntilEvent() | m.UntilQuantity() | m.UntilType():
            parts = _move(command)
        case m.Diff() | m.DiffBranch() | m.Go() | m.Compare():
            parts = _move(command)
        case _:
            parts = _simple(command)
    return " ".join(parts)


def _alloc(alloc: c.Alloc) -> list[str]:
    parts = ["alloc", format_size(alloc.size)]
    parts += {"noscan": [], "every4": ["every", "4"]}.get(alloc.kind, [alloc.kind])
    parts += ["as", alloc.name] if alloc.name is not None else []
    parts += ["times", str(alloc.times)] if alloc.times != 1 else []
    return parts


def _statement(command: c.Statement | c.AllocType | c.Insert) -> list[str]:
    match command:
        case c.Insert(name, n):
            return ["insert", name, str(n)]
        case c.AllocType(text, given, times):
            return ["alloc", text, *format_clauses(given, times)]
        case c.Statement(text, given, times):
            return [text, *format_clauses(given, times)]


def _churn(churn: c.Churn) -> list[str]:
    plain = c.Churn(churn.n)
    parts = ["churn", str(churn.n)]
    parts += ["seed", str(churn.seed)] if churn.seed != plain.seed else []
    parts += ["live", format_size(churn.live)] if churn.live != plain.live else []
    parts += ["sizes", churn.sizes] if churn.sizes != plain.sizes else []
    return parts


def _simple(command: c.Command) -> list[str]:
    """The commands with one operand or none."""
    word = _WORDS.get(type(command), type(command).__name__.lower())  # Gc, Gogc and most others are named like their word
    match command:
        case c.GcMark():
            parts = ["gc", "mark"]
        case c.GcSweep(spans):
            parts = ["gc", "sweep"] if spans is None else ["gc", "sweep", str(spans)]
        case c.Gogc(percent):
            parts = [word, "off" if percent < 0 else str(percent)]
        case c.Scavenge(age_ns):
            parts = [word, format_age(age_ns)]
        case c.Procs(n):
            parts = [word, str(n)]
        case c.UseP(index):
            parts = ["p", str(index)]
        case c.Find(target):
            parts = [word, format_ref(target)]
        case c.Invariants(level):
            parts = [word, level]
        case c.Help(topic) if topic is not None:
            parts = [word, topic]
        case m.Save(text) | m.Open(text) | m.Branch(str(text)) | m.Resume(str(text)) | c.Layout(text) | c.Fit(text):
            parts = [word, text]
        case m.DiffFile(text) | c.Types(text) | c.Declare(text) | m.WhatIf(text):
            parts = [*word.split(), text]
        case _:
            parts = [word]
    return parts


def _move(
    command: m.Back
    | m.Forward
    | m.Goto
    | m.UntilEvent
    | m.UntilQuantity
    | m.UntilType
    | m.Diff
    | m.DiffBranch
    | m.Go
    | m.Compare,
) -> list[str]:
    word = type(command).__name__.lower()
    match command:
        case m.Back(n) | m.Forward(n):
            parts = [word, str(n)]
        case m.Goto(target, event) if event:
            parts = [word, f"{target}.{event}"]
        case m.Goto(target) | m.Diff(target):
            parts = [word, str(target)]
        case m.DiffBranch(name, target):
            parts = ["diff", "branch", name if target == "end" else f"{name}:{target}"]
        case m.UntilEvent(kind):
            parts = ["until", kind]
        case m.UntilQuantity(quantity, op, value):
            parts = ["until", format_comparison(quantity, op, value)]
        case m.UntilType(name, op, value):
            parts = ["until", f'type "{name}" {op} {format_size(value)}']
        case m.Go(release):
            parts = [word] if release is None else [word, release.text]
        case m.Compare(releases):
            parts = [word, ",".join(release.version for release in releases)] if releases else [word]
        case _:
            assert_never(command)
    return parts


def _directive(command: m.Directive) -> list[str]:
    match command:
        case m.Mark(name):
            parts = ["mark", name]
        case m.Say(text):
            parts = ["say", text] if text else ["say"]
        case m.Pause():
            parts = ["pause"]
        case m.Focus(panes):
            parts = ["focus", *panes]
        case m.Select(target):
            parts = ["select", target if isinstance(target, str) else hex(target)]
        case m.ExpectServed(who):
            parts = ["expect", "served", who]
        case m.ExpectQuantity(quantity, op, value):
            parts = ["expect", format_comparison(quantity, op, value)]
        case m.ExpectAddr(name, addr):
            parts = ["expect", "addr", name, hex(addr)]
        case m.ExpectEvent(kind):
            parts = ["expect", "event", kind]
        case m.ExpectNoEvent(kind):
            parts = ["expect", "no", "event", kind]
        case m.ExpectError(text):
            parts = ["expect", "error", text] if text else ["expect", "error"]
        case _:
            assert_never(command)
    return parts
