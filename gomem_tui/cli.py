"""All subcommands: those of gomem_core.cli, and those that need what only the explorer has.  Cheap to import."""

import argparse
from typing import Final

from gomem_core.cli import args
from gomem_core.cli.args import Subcommand


def _declare_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a session file")
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--svg", action="store_true", help="draw the screen as a picture")
    form.add_argument("--text", action="store_true", help="write the screen as plain text")
    form.add_argument("--json", action="store_true", help="print what the heap is like as JSON, one object on one line")
    parser.add_argument(
        "--at",
        metavar="STOP",
        default="end",
        help="where to stand: the number of a step, the name of a mark, start or end, which is where it stands otherwise; "
        "7.3 is behind step 7 and 3 events of the next command",
    )
    parser.add_argument("--size", metavar="WIDTHxHEIGHT", help="columns and rows of the screen; 120x40 if it is not told")
    parser.add_argument(
        "--focus",
        metavar="PANE",
        action="append",
        help="show this pane: spans, arena, bitmap, mcentral, mcache, why, heap, layout or objects; may be repeated, "
        "the last one has the keyboard; without it, what the session file points at",
    )
    parser.add_argument("--zoom", action="store_true", help="give that pane all the room")
    parser.add_argument("-o", dest="out", metavar="OUT", help="write to this file instead of stdout")


def _declare_learn(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lesson", metavar="LESSON", nargs="?", help="its number or its name; without it a menu opens")
    parser.add_argument("--list", action="store_true", help="print the lessons, as is done where there is no terminal")
    parser.add_argument("--json", action="store_true", help="print JSON, an object for each lesson on one line")
    parser.add_argument("--present", action="store_true", help="for an audience, as in the explorer")
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    parser.add_argument("--no-journal", action="store_true", help="keep no journal of what is done in a lesson")


SUBCOMMANDS: Final[dict[str, Subcommand]] = {
    **args.SUBCOMMANDS,
    "export": Subcommand(
        "Draw the explorer without a terminal: what it shows at a step of a session file, as picture, text or data.",
        (
            "gomem export lesson.gomem --svg -o lesson.svg",
            "gomem export lesson.gomem --text --at 7 --size 80x24 --focus bitmap",
            "gomem export lesson.gomem --json --at cached | jq .spans",
        ),
        _declare_export,
        "gomem_tui",
    ),
    "learn": Subcommand(
        "Choose a lesson and walk through it: how the heap works, step by step.",
        ("gomem learn", "gomem learn 4", "gomem learn fragmentation", "gomem learn --list"),
        _declare_learn,
        "gomem_tui",
    ),
}
