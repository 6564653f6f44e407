"""`gomem attach`: the heap of a running Go program, or a list of those that may be read."""

import argparse
import os
from typing import TYPE_CHECKING

from gomem_core.cli.output import BAD_INPUT, OK, UsageError, emit, emit_json, say
from gomem_core.cli.realheap import lines_of, record_of
from gomem_core.foreign import brief
from gomem_core.go.structs import minors
from gomem_core.outside.errors import OutsideError
from gomem_core.outside.listing import Found, Refused, go_processes
from gomem_core.outside.look import look_at_process
from gomem_core.outside.process import Process
from gomem_core.outside.program import find_program
from gomem_core.report import Column, Table, format_bytes, told

if TYPE_CHECKING:
    from gomem_core.schema.realheaps import GoProcess


def execute(args: argparse.Namespace) -> int:
    """Look at a process, or at all of them from afar."""
    if args.pid is None:
        return _list(args.json)
    version = go_version(args.go_version)
    try:
        process = Process(args.pid)
        snapshot = look_at_process(process, find_program(process, version), stop=args.stop)
    except OutsideError as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    if args.json:
        emit_json(record_of(snapshot))
    else:
        emit("\n".join(lines_of(snapshot)))
    return OK


def go_version(said: str | None) -> str | None:
    """What --go-version means, as a program would say it; raises UsageError for what no table covers."""
    if said is None:
        return None
    minor = ".".join(said.removeprefix("go").split(".")[:2])
    if minor not in minors():
        raise UsageError(f"argument --go-version: {brief(said)} is not one of {', '.join(minors())}")
    return f"go{said.removeprefix('go')}"


def _list(as_json: bool) -> int:
    """All Go programs that this user may read; of them only what can be had without stopping any."""
    if not os.path.isdir("/proc/self"):
        say("gomem: this system has no /proc, in which processes are found")
        return BAD_INPUT
    refused = Refused()
    found = [*go_processes(refused)]
    if as_json:
        for one in found:
            emit_json(_record(one))
    elif found:
        columns = Column("PID"), Column("Go", "text"), Column("HeapInuse", "text"), Column("command", "text")
        rows = [(one.pid, brief(one.go), _about(one), brief(one.command, 60)) for one in found]
        emit("\n".join(Table(columns, [*rows]).lines()))
    else:
        say(f"gomem: there is no Go program that may be read{_why_none(refused)}")
    return OK


def _why_none(refused: Refused) -> str:
    """What there is that may not be read, and what helps with the first of it."""
    if refused.go:
        return told(
            len(refused.go),
            ", but {n} that may not: {why}",
            ", but {n} that may not, of which the first: {why}",
            why=refused.go[0],
        )
    if refused.unknown:
        one, many = "; {n} process may not be looked at: {why}", "; {n} processes may not be looked at, the first of which: {why}"
        return told(len(refused.unknown), one, many, why=refused.unknown[0])
    return ""


def _about(one: Found) -> str:
    return f"{'≈' if one.moved else ''}{format_bytes(one.heap_inuse)}"


def _record(one: Found) -> "GoProcess":
    return {"pid": one.pid, "command": one.command, "go": one.go, "heap_inuse": one.heap_inuse, "moved": one.moved}
