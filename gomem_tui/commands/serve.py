"""`gomem serve`: the explorer over SSH, for a talk or a class."""

import argparse
import ipaddress
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gomem_core.cli.chosen import lists
from gomem_core.cli.output import BAD_INPUT, OK, BadInput, UsageError, is_dumb, is_terminal, say
from gomem_core.files.journal import JournalError, find
from gomem_core.files.script import ScriptError
from gomem_core.foreign import brief
from gomem_core.lessons import UnknownLesson, find_lesson
from gomem_tui.commands.open import check_readable
from gomem_tui.settings.config import ConfigError, effective
from gomem_tui.settings.settings import SETTINGS, SettingError

if TYPE_CHECKING:
    from gomem_tui.serve.keyring import Keyring
    from gomem_tui.serve.programs import What
    from gomem_tui.serve.serving import Plan


def execute(args: argparse.Namespace) -> int:
    """Serve what the command line names.  Raises UsageError and BadInput."""
    if lists(args):
        return OK
    _check(args)
    try:
        effective(args, os.environ)
    except SettingError as e:
        raise UsageError(str(e)) from e
    except ConfigError as e:
        raise BadInput(str(e)) from e
    try:
        from gomem_tui.serve.serving import serve  # noqa: PLC0415 -- asyncssh, which only this needs
    except ModuleNotFoundError as e:
        if (e.name or "").partition(".")[0] not in ("asyncssh", "cryptography"):
            raise
        say("gomem serve needs asyncssh, which comes with: pip install 'gomem[serve]'")
        return BAD_INPUT
    return serve(_plan(args))


def _check(args: argparse.Namespace) -> None:
    """Complain of what cannot be meant.  Raises UsageError."""
    if args.solo and args.presenter is not None:
        raise UsageError("either --solo or --presenter: where each visitor has a heap of its own, nobody presents")
    if args.solo and args.anyone:
        raise UsageError("--anyone lets people follow, and with --solo nobody does: --authorized-keys FILE names who may come")
    if args.solo and args.resume is not None:
        raise UsageError("--resume goes on with a presenter's session, and with --solo nobody presents")
    if args.resume is not None and args.what is not None:
        raise UsageError("either WHAT or --resume, not both: the journal has the script")
    if args.resume is not None and args.journal is False:
        raise UsageError("--resume goes on with a journal, so --no-journal cannot be meant")
    if not _is_loopback(args.host) and args.authorized_keys is None and not args.anyone:
        raise UsageError(
            f"--host {brief(args.host)} lets other machines in, so say who may come: --authorized-keys FILE, or --anyone"
        )
    here = not args.solo and args.presenter is None
    if here and not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise UsageError("whoever presents here needs a terminal; --presenter KEYFILE and --solo do without")
    if here and is_dumb():
        raise UsageError("whoever presents here needs a terminal that can draw; --presenter KEYFILE and --solo do without")


def _is_loopback(host: str) -> bool:
    """Whether only this machine can reach it, by all that the name stands for.  Raises UsageError where it stands for nothing."""
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", None, type=socket.SOCK_STREAM)  # noqa: S104 -- asked, not listened on
    except (OSError, UnicodeError) as e:
        raise UsageError(f"argument --host: this machine has no address or name {brief(host)}") from e
    return all(ipaddress.ip_address(str(address[4][0]).partition("%")[0]).is_loopback for address in found)


def _plan(args: argparse.Namespace) -> "Plan":
    from gomem_tui.serve.limits import Limits  # noqa: PLC0415 -- with the rest of it
    from gomem_tui.serve.serving import Plan  # noqa: PLC0415 -- the same

    limits = Limits()
    limits = replace(
        limits,
        seats=limits.seats if args.seats is None else args.seats,
        seats_a_key=limits.seats_a_key if args.seats_a_key is None else args.seats_a_key,
        idle=limits.idle if args.idle is None else args.idle,
        total=limits.total if args.longest is None else args.longest,
    )
    keys, presenters = _keys(args)
    return Plan(_what(args), keys, presenters, args.solo, args.anyone, args.host, args.port, _resumed(args.resume), limits)


def _keys(args: argparse.Namespace) -> "tuple[Keyring, Keyring | None]":
    from gomem_tui.serve.keyring import keys_of_file, keys_of_user  # noqa: PLC0415 -- with the rest of it

    presenters = None if args.presenter is None else keys_of_file(Path(args.presenter), "--presenter")
    if args.authorized_keys is not None:
        return keys_of_file(Path(args.authorized_keys), "--authorized-keys"), presenters
    keys = keys_of_user(_home(os.environ))
    if not len(keys) and not args.anyone and presenters is None:
        raise BadInput("nobody could come in: there is no key in ~/.ssh; ssh-keygen makes one, --authorized-keys names others")
    return keys, presenters


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or "/nonexistent")


def _resumed(which: str | None) -> str:
    """The ID of the journal that is meant.  Raises BadInput."""
    if which is None:
        return ""
    try:
        return find(which or None).stem
    except JournalError as e:
        raise BadInput(str(e)) from e


def _what(args: argparse.Namespace) -> "What":
    """A file, or a lesson.  Raises BadInput."""
    from gomem_tui.serve.programs import What  # noqa: PLC0415 -- with the rest of it

    options = _options(args)
    if args.what is None:
        return What(options=options)
    if not os.path.exists(args.what):
        try:
            return What(lesson=find_lesson(args.what).name, options=options)
        except ScriptError as e:
            raise BadInput(str(e)) from e
        except UnknownLesson as e:
            raise BadInput(f"{brief(args.what)} is neither a file nor a lesson: {e}") from e
    check_readable(args.what)
    return What(file=args.what, options=options)


def _options(args: argparse.Namespace) -> tuple[str, ...]:
    """The options for the explorer, as they were given."""
    words = ["--no-config"] if args.no_config else []
    for setting in SETTINGS:
        value = getattr(args, setting.name, None)
        if isinstance(value, bool):
            words.append(setting.option if value else f"--no-{setting.option[2:]}")
        elif value is not None:
            words.append(f"{setting.option}={value}")
    words += [f"--{name}={value}" for name in ("base", "padding") if (value := getattr(args, name)) is not None]
    return tuple(words)
