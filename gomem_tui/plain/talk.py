"""The explorer without a screen: plain text, line by line.  For TERM=dumb, pipes and screen readers.

No escape codes, no moving of the cursor.  What is typed is what the explorer's prompt takes; words and signs for what its keys do
come with it (help.py).  An empty line does the next step.
"""

import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from gomem_core.cli.output import BAD_INPUT, FAILED, OK, emit, is_terminal, say
from gomem_core.cli.run import is_unmet
from gomem_core.cli.source import STDIN, Line, display_name, gathered, read_lines
from gomem_core.files.journal import prune
from gomem_core.files.step import PAUSE
from gomem_core.lang import ParseError, help_text, read_line
from gomem_core.lang.errors import WordError
from gomem_core.lang.moves import Diff, Expect, Focus
from gomem_core.lang.panes import PANES, read_pane
from gomem_core.session.console import Console
from gomem_core.session.outcome import Outcome
from gomem_core.suggest import did_you_mean
from gomem_core.world.reel import time_text
from gomem_tui.hint import forked, offer, taken_up_by
from gomem_tui.panes.model import Model
from gomem_tui.plain.help import plain_help
from gomem_tui.plain.panes import ROWS, log_lines, pane_lines, why_lines
from gomem_tui.render.spoken import fitted
from gomem_tui.render.words import ONE_MOMENT

PROMPT: Final = "gomem> "
_WIDTHS: Final = (60, 100)  # columns: panes need so many, and wider lines are no help to those who listen
_MOST_ROWS: Final = 9  # digits of a number of rows


def talk_plainly(console: Console, lesson: bool = False) -> int:
    """Take commands for this session from stdin until it ends; what the explorer does, as text.

    Returns the exit code: if stdin is not a terminal, 3 when a line was wrong, and 1 when an `expect` was not met; all lines are
    done nevertheless.  At a `lesson` no other session is offered.
    """
    talk = PlainTalk(console, is_terminal(sys.stdin), lesson)
    ended = False
    try:
        status = talk.run()
        ended = True
    except BrokenPipeError:  # nobody wants to read any more of it
        ended = True
        raise
    finally:
        console.leave(ended)
        if console.ended and (is_terminal(sys.stdin) or not ended):
            say(taken_up_by(console.ended))
    return status


class PlainTalk:
    """A session, and a conversation about it.  `typed`: somebody types, and gets a prompt; `lesson`: it is one."""

    def __init__(self, console: Console, typed: bool, lesson: bool = False) -> None:
        self.console = console
        self.model = Model(console, lambda: None)
        self._typed = typed
        self._both_seen = typed or (is_terminal(sys.stdout) and is_terminal(sys.stderr))  # one stream for whoever looks at it
        self._number = 0  # of the line being done
        self._lesson = lesson
        self._status = OK
        self._busy = False  # the session is being changed: ctrl+c asks it to stop
        self._guarded = False  # ctrl+c ends what is done now, and only that
        columns = shutil.get_terminal_size((80, 24)).columns
        self.width = max(_WIDTHS[0], min(columns, _WIDTHS[1]))

    # --- The conversation -----------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Read and answer lines until the end of the input, or `quit`; returns the exit code."""
        self._welcome()
        with self._interruptible():
            for line in self._lines():
                if line.text.strip() in ("quit", "exit", "q"):
                    break
                self._take(line)
        return OK if self._typed else self._status

    def _welcome(self) -> None:
        session = self.model.session
        self.model.arrived()  # a session that was taken up again stands somewhere already
        looks = "Enter looks again" if session.goes_on else "show, find and diff look at it"
        looks = "Enter goes to the next allocation or free" if session.reel is not None else looks
        does = looks if self.model.is_read else "Enter steps"
        go = session.world.profile.name if session.strip is None else session.strip.shown.go_told
        self._tell(f"gomem in plain text, {go}. {does}, help tells more, quit ends.")
        if self.console.script.title:
            self._tell(self.console.script.title)
        self._tell_problem()
        if session.step or session.event:
            self._tell_why()
        elif self.console.journal is not None:
            killed = prune()
            if killed is not None and not self._lesson:
                self._tell(offer(killed, time.time_ns(), "resume"))
        self._tell_next()

    def _lines(self) -> Iterator[Line]:
        """What is typed; ctrl+c only begins a new line."""
        lines = gathered(read_lines(STDIN))
        while True:
            try:
                self._guarded = True
                self._prompt()
                line = next(lines, None)
                self._guarded = False
            except KeyboardInterrupt:
                if not self._typed:
                    raise
                self._guarded = False
                self._tell("\nquit, or ctrl+d, ends; ctrl+c stops what takes long.")
                lines = gathered(read_lines(STDIN))
                continue
            if line is None:
                if self._typed:
                    self._tell("")  # the shell's prompt begins on a line of its own
                return
            yield line

    def _prompt(self) -> None:
        if not self._typed:
            return
        stream = sys.stdout if is_terminal(sys.stdout) else sys.stderr
        if is_terminal(stream):
            stream.write(PROMPT)
            stream.flush()

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let ctrl+c stop what is being done, at a place where nothing is half done."""
        if not self._typed:
            yield
            return

        def interrupt(_number: int, _frame: FrameType | None) -> None:
            if self._busy:
                self.model.console.stop.asked = True
            elif self._guarded:
                raise KeyboardInterrupt

        before = signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    # --- What was typed -------------------------------------------------------------------------------------------------

    def _take(self, line: Line) -> None:
        """Do one line, and tell what came of it."""
        text = line.text.strip()
        word, _, rest = text.partition(" ")
        try:
            self._guarded = True
            self._number = line.number
            if line.fault is not None:
                self._wrong(line.fault.message, line.fault.column)
            elif not rest and text in self._signs:
                self._signs[text]()
            elif word in self._words:
                self._words[word](rest.strip())
            else:
                self._submit(line.text)
            self._guarded = False
        except KeyboardInterrupt:  # while something was told
            if not self._typed:
                raise
            self._guarded = False
            self._tell("")
        self._tell_problem()

    @property
    def _signs(self) -> dict[str, Callable[[], None]]:
        """What stands alone on a line: the explorer's keys for moving in time."""
        last = len(self.model.session.steps)
        return {
            "": self._forward,
            "next": lambda: self._travel(lambda: self.model.micro(1)),
            ".": lambda: self._travel(lambda: self.model.micro(1)),
            ",": lambda: self._travel(lambda: self.model.micro(-1)),
            "}": lambda: self._travel(lambda: self.model.seek(1), self.model.session.ahead.way_takes_long()),
            "{": lambda: self._travel(lambda: self.model.seek(-1), self.model.session.ahead.way_takes_long()),
            ">": lambda: self._travel(lambda: self.model.goto(last), self.model.session.ahead.way_takes_long()),
            "<": lambda: self._travel(lambda: self.model.goto(0), self.model.session.ahead.way_takes_long()),
            "keys": lambda: self._tell(plain_help()),
            "screen": self._screen,
            "log": lambda: self._tell_all(log_lines(self.model, self.width)),
        }

    @property
    def _words(self) -> dict[str, Callable[[str], None]]:
        return {"pane": self._pane, "help": self._help, "h": self._help, "?": self._help}

    def _forward(self) -> None:
        session = self.model.session
        if session.at_end and session.goes_on:
            self._submit("look")
        elif session.at_end:
            self._tell(self.model.edge("This is the end. Type a command, for example: alloc 48 scan"))
        else:
            self._travel(self.model.forward, session.ahead.next_takes_long())

    def _travel(self, go: Callable[[], object], long: bool = False) -> None:
        before = self._place()
        self._work(go, long)
        self.model.arrived()
        if self._place() == before:
            edge = "This is the end." if self.model.session.at_end else "This is the beginning."
            self._tell(self.model.edge(edge))
        else:
            self._tell_arrival()

    def _submit(self, text: str) -> None:
        model, before, typed = self.model, self._place(), read_line(text)
        outcomes: list[Outcome] = []
        self._work(lambda: outcomes.append(model.do(typed)), model.session.ahead.takes_long([typed.command]))
        for outcome in outcomes:
            if outcome.command is None and outcome.ok and outcome.result is None:
                return  # a comment
            model.arrived(outcome)
            if not outcome.ok:
                self._status = max(self._status, FAILED if isinstance(outcome.command, Expect) else BAD_INPUT)
                self._tell_error(outcome)
            elif model.answer is not None and self._place() == before and not isinstance(outcome.command, Diff):
                self._tell_answer(outcome)
            else:
                self._tell_arrival()
            self._status = max(self._status, FAILED if is_unmet(outcome) else OK)
        left = self.console.take_left()
        if left:
            self._tell(forked(left, model.session.branches.name))

    def _work(self, do: Callable[[], object], long: bool) -> None:
        """Change the session; meanwhile ctrl+c stops it."""
        if long and self._typed:
            self._tell("Working; ctrl+c stops it.")
        self._busy = True
        self.model.console.stop.asked = False  # it was pressed when all was done already
        try:
            do()
        finally:
            self._busy = False

    def _place(self) -> tuple[object, str, int, int]:
        session = self.model.session
        return session, session.branches.name, session.step, session.event

    # --- Words of this conversation ---------------------------------------------------------------------------------------

    def _pane(self, rest: str) -> None:
        """pane NAME [ROWS]."""
        name, *rows = rest.split()[:3] or [""]
        number = rows[0] if rows else str(ROWS)
        try:
            pane = read_pane(name)
        except WordError as e:
            self._wrong(did_you_mean(f"Say which pane: {', '.join(PANES)}", e.suggestion))
            return
        if len(rows) > 1 or not number.isascii() or not number.isdigit() or len(number) > _MOST_ROWS or not int(number):
            self._wrong(f"Behind the name of a pane stands how many rows of it to print, for example: pane {pane} {ROWS}")
            return
        self._tell_all(pane_lines(self.model, pane, self.width, int(number)))

    def _help(self, topic: str) -> None:
        """help, or help COMMAND; unlike the command of that name it is not a step of the session."""
        try:
            is_read = self.model.session.strip is not None
            self._tell(help_text(topic) if topic else f"{plain_help()}\n\n{help_text(is_read=is_read)}")
        except ParseError as e:
            self._wrong(e.message)

    def _screen(self) -> None:
        for name in PANES:
            self._tell_all([*pane_lines(self.model, name, self.width), ""])

    # --- Telling --------------------------------------------------------------------------------------------------------

    def _tell_arrival(self) -> None:
        """Why, and where the session stands."""
        self._tell_why()
        outcome = self.model.session.outcome
        typed = self.model.answer.command if self.model.answer is not None else None
        panes = typed.panes if isinstance(typed, Focus) else outcome.said.focus if outcome is not None and outcome.said else ()
        if panes and not self.model.session.event:
            self._tell(f"Look at: {', '.join(f'pane {name}' for name in panes)}")
        self._tell_next()

    def _tell_why(self) -> None:
        self._tell_all(why_lines(self.model, self.width, brief=True))

    def _tell_answer(self, outcome: Outcome) -> None:
        """What a line said that moved nothing."""
        if isinstance(outcome.command, Focus):
            for name in outcome.command.panes:
                self._tell_all(pane_lines(self.model, name, self.width))
        elif outcome.result is not None:
            self._tell_all(list(outcome.result.lines()))

    def _tell_error(self, outcome: Outcome) -> None:
        error = outcome.error
        if error is not None:
            self._tell(f"Wrong, at column {error.column}:\n{error.render(outcome.line, self.width)}")
            self._complain(error.message, error.column)

    def _tell_next(self) -> None:
        """Tell where the session stands, and what the next step would be."""
        session = self.model.session
        place = f"Step {session.step} of {len(session.steps)}"
        if session.reel is not None:
            self._tell(f"Event {session.step:,} of {len(session.steps):,}, at {time_text(session.reel.time(session.step))}.")
            return
        if self.model.is_read:
            looks = f"Look {session.step + 1} of {len(session.steps) + 1}."
            self._tell(ONE_MOMENT if session.is_one_moment else looks)
            return
        if session.at_end:
            self._tell(f"{place}, the end.")
            return
        line = session.line(session.step + 1).strip()
        if session.event and session.outcome is not None:
            self._tell(f"{place}, event {session.event} of {len(session.outcome.events)} inside: {line}")
        else:
            self._tell(f"{place}. {'Enter reads on.' if line == PAUSE else f'Next: {line}'}")

    def _wrong(self, text: str, column: int = 0) -> None:
        self._status = max(self._status, BAD_INPUT)
        self._tell(text)
        self._complain(text, column)

    def _complain(self, text: str, column: int = 0) -> None:
        """Tell on stderr what is wrong: whoever sent the lines by a pipe need not look through what was printed."""
        if not self._both_seen:
            name = display_name(STDIN)
            say(f"{name}:{self._number}:{column}: {text}" if column else f"{name}:{self._number}: {text}")

    def _tell_problem(self) -> None:
        problem = self.console.take_problem()
        if problem:
            self._tell(problem)

    def _tell_all(self, lines: list[str]) -> None:
        self._tell("\n".join(lines))

    def _tell(self, text: str) -> None:
        """Print lines, those broken that are too long."""
        emit("\n".join(fitted(text.split("\n"), self.width)))
