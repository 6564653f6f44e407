"""All subcommands: those of gomem_core.cli, and those that need what only the explorer has.  Cheap to import."""

import argparse
from typing import Final

from gomem_core import __version__
from gomem_core.build import is_compiled
from gomem_core.cli import args
from gomem_core.cli.args import Subcommand
from gomem_core.foreign import brief
from gomem_core.regex import regex
from gomem_tui.settings.settings import declare_no_config, declare_picture, declare_settings

_TIME: Final = regex(r"([0-9]{1,4})([smh])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
_MOST_SEATS: Final = 200
SHELLS: Final = ("bash", "zsh", "fish")
_OPENS: Final = (
    "a session file (a command on each line), or the heap of a real program: a still, an execution trace, a core file, a heap "
    "dump, a profile, MemStats, lines of gctrace; its content tells which"
)
_PLAIN: Final = "plain text, line by line, for screen readers; also the default where TERM is dumb, and in pipes"


def declare_explorer(parser: argparse.ArgumentParser) -> None:
    """The command line of the explorer."""
    parser.add_argument("script", metavar="FILE", nargs="?", help=_OPENS)
    parser.add_argument(
        "--resume",
        metavar="ID",
        nargs="?",
        const="",
        help="resume the session of a journal, by its ID or the beginning of it; without one, the session that was killed last",
    )
    declare_settings(parser)
    parser.add_argument("--plain", action="store_true", help=_PLAIN)
    parser.add_argument("--version", action="version", version=f"gomem {__version__}, {_built()}")


def _built() -> str:
    return "allocators compiled by mypyc" if is_compiled() else "pure Python"


def _declare_types(parser: argparse.ArgumentParser) -> None:
    told = "Go source of the program, or a directory of it: words then have the names of fields; may be repeated"
    parser.add_argument("--types", metavar="FILE", action="append", default=[], help=told)


def _declare_open(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("script", metavar="FILE", help=_OPENS)
    told = "a heap dump of the program that wrote FILE: its objects get what FILE tells, types and births where that is a trace "
    told += "from just before, call sites where it is a heap profile"
    parser.add_argument("dump", metavar="DUMP", nargs="?", help=told)
    parser.add_argument("--json", action="store_true", help="print what it holds as JSON, one object on one line")
    parser.add_argument("--text", action="store_true", help="print what it holds, or the pane that --pane names, as text")
    parser.add_argument("--at", metavar="PLACE", help="stand there: a step, a bookmark, end, or a time of a film such as 1.5s")
    parser.add_argument(
        "--pane", "--focus", dest="pane", metavar="PANE", help="print this pane, or begin in it; with --json: types"
    )
    parser.add_argument("--no-cache", dest="cache", action="store_false", help="do not keep what is read of a large film")
    _declare_types(parser)
    parser.add_argument("--speed", metavar="X", help="how fast > plays a film: 1 is as fast as it was recorded, 0.1 a tenth")
    declare_settings(parser)
    parser.add_argument("--plain", action="store_true", help=_PLAIN)
    parser.set_defaults(resume=None)


def _declare_explored(parser: argparse.ArgumentParser) -> None:
    """The explorer's options, for a real heap: nothing is journaled there, and nothing can be changed."""
    parser.add_argument(
        "--pane", "--focus", dest="pane", metavar="PANE", help="print this pane with --text; in the explorer, begin in it"
    )
    _declare_types(parser)
    declare_settings(parser, sessions=False)
    parser.add_argument("--plain", action="store_true", help=_PLAIN)


def _declare_attach(parser: argparse.ArgumentParser) -> None:
    args.SUBCOMMANDS["attach"].declare(parser)
    parser.add_argument(
        "--every",
        metavar="TIME",
        help="look again by itself, so often, from the start: 2s, 500ms, 1m; > in the explorer does it too",
    )
    _declare_explored(parser)


def _declare_core(parser: argparse.ArgumentParser) -> None:
    args.SUBCOMMANDS["core"].declare(parser)
    _declare_explored(parser)


def _declare_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a session file or a still")
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--svg", action="store_true", help="draw the screen as a picture")
    form.add_argument("--text", action="store_true", help="write the screen as plain text")
    form.add_argument("--json", action="store_true", help="print what the heap is like as JSON, one object on one line")
    form.add_argument("--still", action="store_true", help="write a still: all of the heap, for gomem open and gomem diff")
    parser.add_argument(
        "--at",
        metavar="STOP",
        default="end",
        help="where to stand: the number of a step, the name of a bookmark, a time of a film such as 1.5s, start or end (the "
        "default); 7.3 is after step 7 and 3 events of the next command",
    )
    parser.add_argument("--size", metavar="WIDTHxHEIGHT", help="columns and rows of the screen; 120x40 unless given")
    parser.add_argument(
        "--focus",
        metavar="PANE",
        action="append",
        help="show this pane: spans, arena, bitmap, mcentral, mcache, why, heap, layout, objects, types or advise; may be "
        "repeated, the last one has the keyboard; without it, the pane that the session file points at",
    )
    parser.add_argument("--zoom", action="store_true", help="give that pane all the room")
    parser.add_argument("--no-frame", action="store_true", help="draw the SVG without a window around it")
    _declare_types(parser)
    declare_picture(parser)
    args.declare_go(parser)
    parser.add_argument("-o", dest="out", metavar="OUT", help="write to this file instead of stdout")


def _seconds(word: str) -> float:
    """Reads a time such as 30s, 10m, 2h; raises argparse's error."""
    found = _TIME.fullmatch(word)
    if found is None or not int(found[1]):
        raise argparse.ArgumentTypeError(f"{brief(word)} is not a time such as 30s, 10m or 2h")
    return float(int(found[1]) * _SECONDS[found[2]])


def _seats(word: str) -> int:
    """Reads a number of seats; raises argparse's error."""
    if not (word.isascii() and word.isdigit() and 0 < len(word) < 4 and 1 <= int(word) <= _MOST_SEATS):
        raise argparse.ArgumentTypeError(f"{brief(word)} is not a number of seats from 1 to {_MOST_SEATS}")
    return int(word)


def _port(word: str) -> int:
    """Reads a port; raises argparse's error."""
    if not (word.isascii() and word.isdigit() and 0 < len(word) < 6 and int(word) < 1 << 16):
        raise argparse.ArgumentTypeError(f"{brief(word)} is not a port from 0 to 65535; 0 takes any that is free")
    return int(word)


def _declare_serve(parser: argparse.ArgumentParser) -> None:
    what = "a session file, a still, a core file, an execution trace, or a lesson by its number or name; without it, a tour"
    parser.add_argument("what", metavar="WHAT", nargs="?", help=what)
    role = parser.add_mutually_exclusive_group()
    role.add_argument(
        "--presenter",
        metavar="KEYFILE",
        help="nobody presents here, but whoever has a key of this file, such as a .pub",
    )
    role.add_argument("--solo", action="store_true", help="nobody presents: each visitor has a heap of its own")
    parser.add_argument(
        "--resume",
        metavar="ID",
        nargs="?",
        const="",
        help="go on with the presenter's session of a journal; without an ID, with the session that was killed last",
    )
    parser.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help="listen there; on 127.0.0.1 unless given")
    parser.add_argument("--port", metavar="PORT", type=_port, default=2222, help="listen on this port; on 2222 unless given")
    parser.add_argument(
        "--authorized-keys",
        metavar="FILE",
        help="let these keys in, as in ~/.ssh/authorized_keys; without it, those of that file and of ~/.ssh/*.pub",
    )
    parser.add_argument("--anyone", action="store_true", help="let any key in, as a follower")
    parser.add_argument("--seats", metavar="N", type=_seats, help="how many visitors may be here at once; 16 unless given")
    parser.add_argument("--seats-a-key", metavar="N", type=_seats, help="how many of them with the same key; 3 unless given")
    parser.add_argument(
        "--idle",
        metavar="TIME",
        type=_seconds,
        help="send a visitor away when nothing happened for so long; 10m unless given",
    )
    parser.add_argument("--longest", metavar="TIME", type=_seconds, help="let a visit last so long; 2h unless given")
    declare_settings(parser)


def _declare_learn(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lesson", metavar="LESSON", nargs="?", help="its number or its name; without it a menu opens")
    parser.add_argument("--plain", action="store_true", help=f"the lesson as {_PLAIN}")
    parser.add_argument("--list", action="store_true", help="print the lessons; the default where there is no terminal")
    parser.add_argument("--json", action="store_true", help="print JSON, an object for each lesson on one line")
    declare_settings(parser)


def _declare_keys(parser: argparse.ArgumentParser) -> None:
    declare_no_config(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, an object for each action on one line")


def _declare_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("path", "show", "check", "cache"),
        metavar="path|show|check|cache",
        help="print where the configuration is; or all settings and keys, with the source of each; or check the file; or print "
        "where films are kept that were read before, and how large they are",
    )
    parser.add_argument("file", metavar="FILE", nargs="?", help="check this file instead of the user's")
    parser.add_argument(
        "--json", action="store_true", help="for show: print JSON, an object for each setting and action on one line"
    )
    parser.add_argument("--clear", action="store_true", help="for cache: throw it away")
    declare_settings(parser.add_argument_group("options of the explorer, for gomem config show"))


def _declare_completions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, metavar="|".join(SHELLS), help="the shell that is to complete gomem's words")


SUBCOMMANDS: Final[dict[str, Subcommand]] = {
    **args.SUBCOMMANDS,
    "attach": Subcommand(
        "Explore the heap of a running Go program, from outside; or list the Go programs that can be read.",
        (
            "gomem attach",
            "gomem attach 1234",
            "gomem attach 1234 --every 2s",
            "gomem attach --json 1234 | jq .memstats.HeapInuse",
            "gomem attach --text --pane mcentral 1234",
        ),
        _declare_attach,
        "gomem_tui.commands",
    ),
    "core": Subcommand(
        "Explore the heap in a core file of a Go program.",
        ("gomem core core.1234", "gomem core core.1234 ./server", "gomem core --json core.1234 | jq .live"),
        _declare_core,
        "gomem_tui.commands",
    ),
    "open": Subcommand(
        "Open a file in the explorer, as gomem FILE does, or print what it holds.",
        (
            "gomem open before.still",
            "gomem open --json before.still | jq .heap_live",
            "gomem open run.trace --json | jq .stops",
            "gomem open run.trace --text --at 1.5s --pane heap",
        ),
        _declare_open,
        "gomem_tui.commands",
    ),
    "export": Subcommand(
        "Draw the explorer without a terminal: what it shows at a step of a session file, as a picture, text or data.",
        (
            "gomem export lesson.gomem --svg -o lesson.svg",
            "gomem export lesson.gomem --text --at 7 --size 80x24 --focus bitmap",
            "gomem export lesson.gomem --svg --theme light -o slide.svg",
            "gomem export lesson.gomem --json --at cached | jq .spans",
            "gomem export lesson.gomem --still --at 7 -o before.still",
        ),
        _declare_export,
        "gomem_tui.commands",
    ),
    "learn": Subcommand(
        "Choose a lesson and walk through it: how the heap works, step by step.",
        ("gomem learn", "gomem learn 4", "gomem learn fragmentation", "gomem learn 4 --plain", "gomem learn --list"),
        _declare_learn,
        "gomem_tui.commands",
    ),
    "serve": Subcommand(
        "Show the explorer to others over SSH: a talk that they follow, or a heap for each of them.",
        (
            "gomem serve talk.gomem",
            "gomem serve 4 --host 0.0.0.0 --seats 40 --anyone",
            "gomem serve before.still --presenter ~/.ssh/laptop.pub",
            "gomem serve --solo --host 0.0.0.0 --authorized-keys class.keys",
            "gomem serve --resume",
        ),
        _declare_serve,
        "gomem_tui.commands",
    ),
    "keys": Subcommand(
        "Print the explorer's keys, and the names by which a configuration can give its actions other keys.",
        ("gomem keys", "gomem keys --json | jq -r .id"),
        _declare_keys,
        "gomem_tui.commands",
    ),
    "config": Subcommand(
        "Print where the configuration is, or what is set, or check it.",
        (
            "gomem config path",
            "gomem config show --no-mouse",
            "gomem config show --json | jq .source",
            "gomem config check",
            "gomem config cache --clear",
        ),
        _declare_config,
        "gomem_tui.commands",
    ),
    "completions": Subcommand(
        "Print a script that lets a shell complete gomem's command lines.",
        (
            'eval "$(gomem completions bash)"                     # in ~/.bashrc',
            'eval "$(gomem completions zsh)"                      # in ~/.zshrc, after compinit',
            "gomem completions fish > ~/.config/fish/completions/gomem.fish",
        ),
        _declare_completions,
        "gomem_tui.commands",
    ),
}
