"""The subcommands' command lines.  Cheap to import: `--help` must not wait for the allocator."""

import argparse
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NoReturn

from gomem_core.foreign import LONGEST, brief, named, visible
from gomem_core.named import NamedTuple
from gomem_core.regex import regex

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_NAMED: Final = regex(r"  [a-z]+ {2,}(?=\S)")  # a subcommand, before what it does
_EXIT_CODES: Final = (
    "exit codes: 0 fine, 1 a check failed, 2 usage, 3 bad input (file, script or line of the language), 70 an error in gomem "
    "itself, 130 interrupted (129 SIGHUP, 143 SIGTERM)"
)
RESUMED_WITHOUT_JOURNAL: Final = "--resume goes on with a journal, so --no-journal cannot be meant"
VERSION_VARIABLE: Final = "GOMEM_GO"
PAGES_OF_CHUNK: Final = 512  # 4 MB, with which a heap begins
_LONG: Final = regex(rf"\S{{{LONGEST + 1},}}")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Leaves texts as they are written, but for lines that are too long for the terminal."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(broken for line in text.splitlines() for broken in self._broken(f"{indent}{line}", width))

    def _broken(self, line: str, width: int) -> list[str]:
        """The line; between words if it is no example, and what follows a name below where it begins."""
        named_line = _NAMED.match(line)
        if len(line) <= width or (line.startswith(" ") and named_line is None):
            return [line]
        below = " " * (named_line.end() if named_line is not None else 0)
        return textwrap.wrap(line, width, subsequent_indent=below, break_on_hyphens=False)


class _Parser(argparse.ArgumentParser):
    """Makes foreign text visible before writing it."""

    def error(self, message: str) -> NoReturn:
        """Tell the message on one line, long words cut, and end."""
        super().error(_LONG.sub(lambda word: brief(word[0]), named(message)))

    def _print_message(self, message: str, file: "SupportsWrite[str] | None" = None) -> None:
        super()._print_message(visible(message), file)


class Subcommand(NamedTuple):
    """The arguments of a subcommand; the module of the same name in `package` does it, in `execute`."""

    summary: str
    examples: tuple[str, ...]
    declare: Callable[[argparse.ArgumentParser], None]
    package: str = "gomem_core.cli"


def make_parser(prog: str, description: str, epilog: str, usage: str | None = None) -> argparse.ArgumentParser:
    """Returns a parser with the habits that all share: no abbreviated options, texts as they are written."""
    return _Parser(
        prog=prog,
        usage=usage,
        description=description,
        epilog=f"{epilog}\n\n{_EXIT_CODES}",
        formatter_class=_Formatter,
        allow_abbrev=False,
    )


def subcommand_parser(name: str, subcommand: Subcommand) -> argparse.ArgumentParser:
    """The parser of one subcommand."""
    examples = "\n".join(f"  {example}" for example in subcommand.examples)
    parser = make_parser(f"gomem {name}", subcommand.summary, f"examples:\n{examples}")
    subcommand.declare(parser)
    return parser


def _json_option(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--json", action="store_true", help=f"print JSON, {what} on one line")


def declare_go(parser: argparse._ActionsContainer) -> None:
    """Options for the version of Go, and for where its heap begins."""
    _declare_version(parser)
    declare_place(parser)


def _declare_version(parser: argparse._ActionsContainer) -> None:
    help_text = f"the version of Go, such as 1.10, whatever a file says; --go list tells which there are ({VERSION_VARIABLE})"
    parser.add_argument("--go", metavar="GO", help=help_text)


def declare_place(parser: argparse._ActionsContainer) -> None:
    """Options for where its heap begins."""
    least = "for versions that begin their heap at random:"
    parser.add_argument("--base", metavar="0xADDR", help=f"{least} where it begins")
    parser.add_argument("--padding", metavar="PAGES", type=_padding, help=f"{least} pages at its beginning that are never used")


def _padding(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 4 and int(text) < PAGES_OF_CHUNK:
        return int(text)
    raise argparse.ArgumentTypeError(f"{brief(text)} is not a number of pages from 0 to {PAGES_OF_CHUNK - 1}")


def _operations(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"{brief(text)} is not a number from 1 to {10**9 - 1}")


def _declare_run(parser: argparse.ArgumentParser) -> None:
    sorts = "a session file (named .gomem, or its first line is gomem 1), or one with a command or move per line; - reads stdin"
    parser.add_argument("script", metavar="SCRIPT", nargs="?", help=sorts)
    parser.add_argument(
        "-c", dest="commands", metavar="LINE", action="append", help="run this line instead of a script; may be repeated"
    )
    parser.add_argument(
        "-k", "--keep-going", action="store_true", help="go on after a wrong line; the exit code is 3 all the same"
    )
    parser.add_argument(
        "--resume",
        metavar="ID",
        nargs="?",
        const="",
        help="resume the session that was killed last, or the one of the journal ID: print where it stands, and go on with it",
    )
    parser.add_argument("--no-journal", action="store_true", help="keep no journal; if gomem is killed, the session is lost")
    declare_go(parser)
    _json_option(parser, "an object for each command")


def _declare_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="*", help="a session file")
    declare_go(parser)
    _json_option(parser, "an object for each file")


_PLACE: Final = "a session counts as it is at its end, FILE@STOP at a step, a bookmark, or a time of a film such as 1.5s"


def _declare_diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("then", metavar="A", help=f"anything gomem opens; {_PLACE}")
    parser.add_argument("now", metavar="B", help="the one that is compared with it; FILE@STOP, too")
    parser.add_argument("--all", action="store_true", help="print all rows of long tables, not only the first")
    _json_option(parser, "one object")


def _declare_advise(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help=f"anything gomem opens; {_PLACE}")
    _json_option(parser, "one object")


def _declare_top(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help=f"anything gomem opens; {_PLACE}")
    since = "say what grew since this step, bookmark or time of the same file, most first"
    parser.add_argument("--since", metavar="STOP", help=since)
    parser.add_argument("--by", choices=("type", "class", "site"), help="what is summed up; without it, what the file tells best")
    parser.add_argument("--tree", action="store_true", help="of call sites: from the callers down, as a tree")
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "-n", dest="rows", metavar="ROWS", type=_count, default=20, help="how many rows to print; 20 unless given"
    )
    length.add_argument("--all", action="store_true", help="print all of them")
    _json_option(parser, "one object with all rows,")


def _count(word: str) -> int:
    if not (word.isascii() and word.isdigit() and 0 < int(word[:10]) < 1 << 31):
        raise argparse.ArgumentTypeError(f"a number of rows from 1 on was expected, not {brief(word)}")
    return int(word)


def _declare_classes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("size", metavar="SIZE", nargs="?", help="bytes: 33, 0x21, 32K, 1.5M; prints which class serves them")
    _declare_version(parser)
    _json_option(parser, "an object for each class, or for the size,")


def _declare_layout(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("type", metavar="TYPE", nargs="*", help="a type as Go writes it, or the name of one that FILE declares")
    parser.add_argument(
        "--types",
        metavar="FILE",
        action="append",
        default=[],
        help="take declarations from this Go source, or from a directory of it; may be repeated; without TYPE, print all of them",
    )
    _declare_version(parser)
    _json_option(parser, "an object for each type")


def _declare_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("script", metavar="SCRIPT", nargs="?", help="a session file; its steps are done on each version")
    stop = "compare there: after so many steps, or at a bookmark; at the end unless given"
    parser.add_argument("--at", metavar="STOP", default="end", help=stop)
    several = "versions of Go with commas between; --go list tells which there are"
    parser.add_argument("--go", metavar="V,V,...", default="1.10,1.22,1.27", help=f"{several}; 1.10,1.22,1.27 unless given")
    _json_option(parser, "one object")


def _declare_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="*", help="a recording, .jsonl or .jsonl.gz")
    live = "instead of recordings: a go command, which builds a program whose heap is compared with the model, step by step"
    parser.add_argument("--live", metavar="GO", help=live)
    parser.add_argument("--ops", metavar="N", type=_operations, help="with --live: how many random operations (1000)")
    parser.add_argument("--seed", metavar="S", type=_operations, help="with --live: which random operations (1)")
    _json_option(parser, "an object for each file, or for the program,")


def _declare_convert(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("script", metavar="SCRIPT", help="the script of a recording, or an execution trace; - reads stdin")
    parser.add_argument("--ops", metavar="N", type=_operations, help="of a trace, so many allocations and drops (200000)")


def _declare_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="measure less often: takes a few seconds, and is less exact")
    parser.add_argument(
        "--vs-go", metavar="GO", dest="vs_go", help="the go command of a toolchain: time the same operations in a Go program, too"
    )
    declare_go(parser)
    _json_option(parser, "one object")


def _declare_look(parser: argparse.ArgumentParser, json_of: str) -> None:
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=f"print JSON, {json_of} on one line")
    form.add_argument("--text", action="store_true", help="print the figures as text")
    parser.add_argument("--go-version", metavar="V", help="take it for a program of this version of Go, such as 1.26")


def _pid(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 12 and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"{brief(text)} is not the number of a process; without one, Go programs are listed")


def _declare_attach(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pid", metavar="PID", type=_pid, nargs="?", help="the process; without it, list those that can be read")
    parser.add_argument(
        "--no-stop", dest="stop", action="store_false", help="never stop it: what is read is then not of one moment"
    )
    _declare_look(parser, "an object for the heap, or for each process,")


def declare_core(parser: argparse.ArgumentParser) -> None:
    """The command line of `gomem core`, as far as it needs no screen."""
    parser.add_argument("file", metavar="FILE", help="the core file")
    parser.add_argument("exe", metavar="EXE", nargs="?", help="its executable: only names of types need it")
    _declare_look(parser, "one object")


# Those that need no screen.  gomem_tui/cli.py adds those that do, and is what the command `gomem` looks into.
SUBCOMMANDS: Final[dict[str, Subcommand]] = {
    "run": Subcommand(
        "Run the commands and moves of a script, or the steps of a session file, and print the answers.",
        (
            "gomem run script.txt",
            "gomem run -c 'alloc 48 scan' -c 'show spans'",
            "gomem convert 06_reuse.txt | gomem run --json -",
            "gomem run --resume -c 'show spans'",
        ),
        _declare_run,
    ),
    "check": Subcommand(
        "Run all steps of session files, and check that what they expect is true.",
        ("gomem check lesson.gomem", "gomem check --json lessons/*.gomem", "gomem check --go 1.10 mine.gomem"),
        _declare_check,
    ),
    "diff": Subcommand(
        "Print what differs between the heaps in two files; of heap dumps, profiles and MemStats what grew.",
        (
            "gomem diff before.still after.still",
            "gomem diff heap1.pb.gz heap2.pb.gz",
            "gomem diff run.trace@1.2s run.trace@3.4s",
            "gomem diff --json lesson.gomem mine.gomem | jq .counts",
        ),
        _declare_diff,
    ),
    "compare": Subcommand(
        "Do the same commands on several versions of Go, and say what differs and why.",
        ("gomem compare mine.gomem", "gomem compare mine.gomem --go 1.21,1.27", "gomem compare --json mine.gomem | jq .differs"),
        _declare_compare,
    ),
    "advise": Subcommand(
        "Say why the heap in a file is so big: where its bytes are, and what keeps them.",
        ("gomem advise heap.still", "gomem advise lesson.gomem", "gomem advise --json heap.still | jq .pins"),
        _declare_advise,
    ),
    "top": Subcommand(
        "Print what a heap consists of: objects and bytes by type, size class or call site, most first.",
        (
            "gomem top app.heapdump",
            "gomem top --since 1.2s run.trace@3.4s",
            "gomem top --by site heap.pb.gz",
            "gomem top --tree heap.pb.gz",
            "gomem top --json --by class heap.still | jq .rows[0]",
        ),
        _declare_top,
    ),
    "classes": Subcommand(
        "Print the table of size classes, or where an object of SIZE bytes goes.",
        ("gomem classes", "gomem classes 33", "gomem classes 1K --go 1.27", "gomem classes --json 32K"),
        _declare_classes,
    ),
    "layout": Subcommand(
        "Print how types of Go lie in memory, what an object of each costs, and what would make it smaller.",
        (
            "gomem layout 'struct{ ok bool; n int; done bool }' --go 1.27",
            "gomem layout --types server.go conn '[]conn'",
            "gomem layout --types . --go 1.27",
            "gomem layout --json --go 1.27 '[65]*int' | jq .header",
        ),
        _declare_layout,
    ),
    "verify": Subcommand(
        "Replay recordings of a real Go runtime and compare every decision, or do so with a program that your own Go builds.",
        ("gomem verify tests/recordings/*.jsonl.gz", "gomem verify --json FILE", "gomem verify --live go --ops 10000"),
        _declare_verify,
    ),
    "convert": Subcommand(
        "Turn the script of a recording, or the allocations of an execution trace, into gomem's commands, on stdout.",
        ("gomem convert 06_reuse.txt > reuse.txt", "gomem convert run.trace --ops 50000 > run.gomem"),
        _declare_convert,
    ),
    "attach": Subcommand(
        "Read the heap of a running Go program from outside, or list the Go programs that can be read.",
        ("gomem attach", "gomem attach 1234", "gomem attach --json 1234 | jq .memstats.HeapInuse"),
        _declare_attach,
    ),
    "core": Subcommand(
        "Read the heap in a core file of a Go program.",
        ("gomem core core.1234", "gomem core --json core.1234 ./server | jq .live"),
        declare_core,
    ),
    "bench": Subcommand(
        "Measure the allocator: time per operation, memory, and whether either grows with the heap.",
        ("gomem bench", "gomem bench --quick --json", "gomem bench --go 1.27 --vs-go ~/go/bin/go"),
        _declare_bench,
    ),
}
