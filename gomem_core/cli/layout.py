"""`gomem layout`: how types of Go lie in memory, and what an object of each costs."""

import argparse
import os
from pathlib import Path

from gomem_core.cli.chosen import known, lists
from gomem_core.cli.output import BAD_INPUT, OK, BadInput, UsageError, emit, emit_json, say
from gomem_core.foreign import brief
from gomem_core.go.versions import Profile
from gomem_core.gotypes.declaring import said, where
from gomem_core.gotypes.describe import Facts, data_of, describe, facts_of, overview, refusal, to_change
from gomem_core.gotypes.errors import DependsOnParameter, GoError
from gomem_core.gotypes.files import read_types
from gomem_core.gotypes.types import Checked, GoTypes
from gomem_core.report import told


def execute(args: argparse.Namespace) -> int:
    """Print the layout of each type asked for, or of all that are declared."""
    if lists(args):
        return OK
    profile = known(args, os.environ)
    files = [text for text in args.type if text.endswith(".go")]  # no type is called so
    args.type, args.types = [text for text in args.type if text not in files], [*args.types, *files]
    if not args.type and not args.types:
        raise UsageError("a TYPE was expected, or --types FILE.go, whose types are then all laid out")
    types = GoTypes(profile)
    for name in args.types:
        try:
            read_types(types, Path(name))
        except GoError as e:
            raise BadInput(said(e), where(e, "gomem")) from e  # what has no place in a file names the file
    if not args.type and not types.names:
        verb = "declares" if len(args.types) == 1 else "declare"
        raise BadInput(f"{', '.join(map(brief, args.types))} {verb} no types")
    return _each(types, args) if args.type else _all(types, args.json)


def _each(types: GoTypes, args: argparse.Namespace) -> int:
    """The types that were asked for, one after the other."""
    code = OK
    for i, text in enumerate(args.type):
        try:
            checked = types.typed(text)
        except GoError as e:
            code = BAD_INPUT
            _complain(types.profile, text, e, args.json)
            continue
        facts, declared = _facts(types, checked)
        if args.json:
            emit_json(data_of(facts, declared))
        else:
            emit("\n".join([*([""] if i else []), *describe(facts, declared).lines()]))
    return code


def _facts(types: GoTypes, checked: Checked) -> tuple[Facts, str | None]:
    return facts_of(types, checked), types.declared_in(checked)


def _complain(profile: Profile, text: str, problem: GoError, as_json: bool) -> None:
    if as_json:
        emit_json(refusal(profile, text, problem))
    typed = brief(text) or '""'
    say(f"{where(problem, typed)}: {said(problem)}")
    if os.path.exists(text):
        say(f"perhaps: gomem layout --types {brief(text)}")


def _all(types: GoTypes, as_json: bool) -> int:
    """Every declared type, and a list of those that have no size, with the reason."""
    found: list[tuple[Facts, str]] = []
    refused: list[tuple[str, GoError]] = []
    generic: list[str] = []
    for name in types.names:
        try:
            found.append((facts_of(types, types.declared(name)), types.line(name)))
        except DependsOnParameter:
            generic.append(name)
        except GoError as e:
            refused.append((name, e))
    if as_json:
        for facts, declared in found:
            emit_json(data_of(facts, declared))
        for name, problem in refused:
            emit_json(refusal(types.profile, name, problem))
        return OK
    table = overview(found)
    emit(f"as {types.profile.name} has them; --go chooses another version")
    emit("\n".join(table.lines()))
    emit(told(len(found) - len(table.rows), "{n} other type wastes nothing", "{n} other types waste nothing"))
    if changes := to_change(found):
        emit("\n".join(["\nwhat to change, most first:", *changes]))
    if generic:
        emit(f"\ngeneric, with a size only for given arguments: {', '.join(generic)}")
    if refused or types.problems:
        emit("\nnot laid out:")
    for name, problem in refused:
        emit(f"  {name}: {where(problem, name)}: {said(problem)}")
    for problem in types.problems:
        emit(f"  {where(problem, '')}: {said(problem)}")
    return OK
