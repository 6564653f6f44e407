"""Which Go the sessions of a command line are of: --go before what a file says, then GOMEM_GO, the configuration, Go 1.10."""

import argparse
from collections.abc import Mapping
from dataclasses import replace

from gomem_core.cli.args import VERSION_VARIABLE
from gomem_core.cli.output import UsageError, emit
from gomem_core.files.script import Script
from gomem_core.foreign import named
from gomem_core.go.release import ALWAYS, Release
from gomem_core.go.versions import Profile
from gomem_core.lang.errors import WordError
from gomem_core.lang.numbers import read_addr
from gomem_core.lang.releases import build_release, read_known, read_version
from gomem_core.suggest import did_you_mean

LIST = "list"  # instead of a version


def lists(args: argparse.Namespace) -> bool:
    """Print the versions there are, if that is all that is asked for; tells whether it was."""
    if args.go != LIST:
        return False
    from gomem_core.session.commands.releases import versions  # noqa: PLC0415 -- nothing else here needs the session

    emit("\n".join(versions(None).lines()))
    return True


def asked(args: argparse.Namespace) -> Release | None:
    """What --go, --base and --padding say together; None where nothing is said.  Raises UsageError."""
    return release_of(args, args.go, "argument --go")


def wanted(args: argparse.Namespace, environ: Mapping[str, str]) -> Release:
    """The version of what no file has a say in: by option, by environment, else 1.10.  Raises UsageError."""
    told = environ.get(VERSION_VARIABLE) or None
    release = asked(args) if args.go is not None else release_of(args, told, VERSION_VARIABLE)
    return release or ALWAYS


def known(args: argparse.Namespace, environ: Mapping[str, str]) -> Profile:
    """The version whose numbers are wanted, by option, by environment, else 1.10.  Raises UsageError."""
    told = environ.get(VERSION_VARIABLE)
    try:
        return read_known(args.go or told or ALWAYS.version)
    except WordError as e:
        raise UsageError(f"{'argument --go' if args.go else VERSION_VARIABLE}: {e.message}") from e


def release_of(args: argparse.Namespace, version: str | None, source: str) -> Release | None:
    """The release that a version and the options --base and --padding mean; None where no version is said.  Raises UsageError."""
    base, padding = args.base, args.padding
    if version is None:
        if base is None and padding is None:
            return None
        raise UsageError(f"--{'base' if base is not None else 'padding'} goes with --go, and a version that begins at random")
    where = source
    try:
        profile = read_version(version)
        where = "argument --base"
        address = None if base is None else read_addr(base)
        return build_release(profile, address, padding)
    except WordError as e:
        place = {"base": "argument --base", "padding": "argument --padding"}.get(e.field or "", where)
        raise UsageError(did_you_mean(f"{place}: {e.message}", e.suggestion)) from e


def on_release(script: Script, release: Release | None) -> tuple[Script, str]:
    """The script on the version that an option says, and a sentence where its own is another one.  Raises UsageError."""
    if release is None or release == script.go:
        return script, ""
    if script.on:
        raise UsageError(f"{named(script.name)} is about the heap in {named(script.on)}, which has its own version of Go")
    told = f"{named(script.name)} is of go{script.go.text}; --go {release.text} overrides that"
    return replace(script, go=release), told
