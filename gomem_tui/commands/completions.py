"""`gomem completions`: scripts with which shells complete gomem's command lines.

Written here, since `gomem` takes a SCRIPT or a subcommand in the same place.  shtab 1.13, which writes such scripts for argparse,
can say only one of them: with it no shell completes `gomem my.gomem` beside the subcommands, zsh then completes nothing after a
script nor a second file of `gomem check`, and bash makes `--theme=learn` of `--theme=l`.
"""

import argparse
from collections.abc import Callable
from typing import Final

from gomem_core.cli.output import OK, emit
from gomem_tui.commands.bash import bash_script
from gomem_tui.commands.fish import fish_script
from gomem_tui.commands.words import Command, all_commands
from gomem_tui.commands.zsh import zsh_script

_SCRIPTS: Final[dict[str, Callable[[list[Command]], str]]] = {"bash": bash_script, "zsh": zsh_script, "fish": fish_script}


def execute(args: argparse.Namespace) -> int:
    """Print the script for a shell."""
    emit(_SCRIPTS[args.shell](all_commands()))
    return OK
