"""Typing: what enter, a paste and esc do to the prompt, and what is said meanwhile."""

from functools import partial
from typing import Final, Protocol

from gomem_core.files.step import PAUSE
from gomem_core.go.release import today
from gomem_core.lang import MAX_LINE, Names, Typed, read_line
from gomem_core.lang.moves import Focus
from gomem_core.report import told
from gomem_core.session.candidates import offers
from gomem_core.session.outcome import Outcome
from gomem_tui.explorer.footer import Footer
from gomem_tui.explorer.parts import Actions, Runs, Shows
from gomem_tui.explorer.prompt import Prompt, PromptRow
from gomem_tui.explorer.stage import Stage
from gomem_tui.explorer.visit import Visit
from gomem_tui.explorer.widgets import Widgets
from gomem_tui.explorer.work import Work
from gomem_tui.hint import forked, hint
from gomem_tui.panes.model import Model
from gomem_tui.render.words import clip
from gomem_tui.settings.options import Options
from gomem_tui.terminal.terminalinput import MOST_PASTED

_SIGN: Final = 3  # cells that the prompt's sign takes, and a free one at the end
LEAVE: Final = ("q", "quit", "exit")  # what habit types into the prompt


# What stands in the empty prompt: the step that comes next.  To an audience it is announced.
_AHEAD: Final = {"command": "{key} does: {line}", "pause": "{key} reads on"}
_NEWER: Final = "  ({key}: all of it on {go})"
_ANNOUNCED: Final = {"command": "next ({key}): {line}", "pause": "next ({key}): reading on"}


class _App(Shows, Runs, Protocol):
    """What shows answers, and can be left."""


class PromptActions:
    """What is done with lines that are typed."""

    def __init__(
        self, model: Model, widgets: Widgets, stage: Stage, work: Work, footer: Footer, visit: Visit, options: Options, app: _App
    ) -> None:
        self.row: Final = PromptRow(self.offered, self.entered, self.edited)  # the prompt with the sign before it
        if model.console.visitors is not None:
            self.row.prompt.keep_nothing()
        self._model = model
        self._widgets = widgets
        self._stage = stage
        self._work = work
        self._footer = footer
        self._visit = visit
        self._options = options
        self._app = app
        self._refused = ""  # the line that stands in the prompt to be mended, as long as nobody has begun to
        self.actions: Final[Actions] = {"prompt": self.open, "mark": self.mark, "version": self.change_version}

    @property
    def prompt(self) -> Prompt:
        """The prompt itself."""
        return self.row.prompt

    @property
    def _width(self) -> int:
        return self._stage.arrangement.size[0]

    def offered(self) -> Names | None:
        """What completion can take from the session; nothing while another thread works on it."""
        session = self._model.session
        return None if self._work.busy else offers(session)

    def announce(self) -> None:
        """Let the empty prompt tell what comes next."""
        self.prompt.placeholder = self._placeholder()

    def _placeholder(self) -> str:
        """What stands in the empty prompt: the step that comes next."""
        instead = self._visit.instead_of_a_step()
        if instead:
            return instead
        session, keyboard = self._model.session, self._options.keyboard
        if session.goes_on and session.at_end:
            key = keyboard.name("step")
            return f"{key} looks again; type show, find or diff" if key else "type look, show, find or diff"
        if session.reel is not None:
            return "type goto 1.5s, until HeapAlloc > 100M, show, find or diff"
        if self._model.is_read:
            return "type show, find or diff: this heap was read"
        if session.at_end:
            example = "show spans" if session.strip is not None else "alloc 48 scan"
            return f"this is the end; type a command, for example {example}"
        line = session.line(session.step + 1).strip()
        forms = _ANNOUNCED if self._options.presenting else _AHEAD
        clicker = keyboard.name("page_down") if self._options.presenting else ""
        key = clicker or keyboard.name("step") or "next"
        text = forms["pause" if line == PAUSE else "command"].format(key=key, line=line)
        return clip(text + self._newer(), self._width - _SIGN)

    def _newer(self) -> str:
        """What is said at the beginning of a session that is not of today's Go: how it becomes one."""
        session, key, newest = self._model.session, self._options.keyboard.name("version"), today()
        wanted = self._visit.tells_versions and not self._options.presenting and session.release != newest
        if session.step or session.event or not key or not wanted or session.base is not None:  # that one goes on from one heap
            return ""
        return _NEWER.format(key=key, go=newest.profile.name)

    # --- What is being typed ------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Begin to type a command."""
        if not self._stage.typing:
            self.row.open()

    def begin_line(self, text: str) -> None:
        """Open the prompt with the beginning of a command."""
        self.row.open()
        self.prompt.value = text
        self.prompt.cursor_position = len(text)

    def type_in(self, text: str) -> None:
        """Put what was typed into the prompt; a colon after a line that was refused begins a new one, as habit has it."""
        if text == ":" and self._refused and self.prompt.value == self._refused:
            self.prompt.show("")
        else:
            self.prompt.put(text)

    def complete(self, step: int) -> None:
        """Complete the word, and walk through what fits."""
        self.prompt.complete(step)
        self._footer.say(self._alternatives() or self._footer.message)

    def edited(self, text: str) -> None:
        """Say in the footer what the command being typed would do, or what is wrong with it."""
        if self._work.busy or not self._stage.typing:
            return
        filtering = self.row.filtering
        about = self._filtered(text, typing=True) if filtering else hint(text, self._model.console, self.offered())
        self._footer.say(self._alternatives() or about)

    def _alternatives(self) -> str:
        return self.prompt.alternatives(self._width - 1)

    def full(self) -> None:
        """Say that the line has no room for what was typed or pasted."""
        self._footer.say(f"A line has at most {MAX_LINE:,} characters: this was not added.")

    def pasted(self, text: str | None) -> str:
        """What is to be said of a paste that the prompt does not take; None stands for one that is too long for anything."""
        if text is None:
            return f"A paste has at most {MOST_PASTED:,} bytes: this one was not taken. Save it as a file; :open FILE does it."
        if not text.strip():
            return ""
        return self._options.keyboard.filled("Paste ignored: press {prompt} first, then paste.")

    # --- What was typed -----------------------------------------------------------------------------------------------------

    def entered(self, lines: list[str], problem: str = "") -> None:
        """Do what was typed or pasted; `problem` is one with the history, in words.

        The prompt closes after a line that is right: keys are keys again.  A wrong one stays to be mended, and ends a paste.
        """
        if self.row.filtering:
            self._filter_entered(lines[0])
            return
        if lines[0].strip() in LEAVE and len(lines) == 1:
            self._app.call_later(partial(self._app.run_action, "quit"))
            return
        if self._work.busy:
            self._footer.say(f"working; {self._options.keyboard.name('back')} stops it")
            self._mend(lines[0])
            return
        typed = [read_line(line) for line in lines]
        long = self._model.session.ahead.takes_long(line.command for line in typed)
        self._work.do(lambda: self._do_all(typed), lambda done: self._typed(lines, done, problem), long)

    def mark(self) -> None:
        """Give the step a name, as the command of this name does."""
        marks = self._model.session.bookmarks
        name = next(f"m{n}" for n in range(1, len(marks) + 2) if f"m{n}" not in marks)
        self._work.do(lambda: self._model.submit(f"mark {name}"), self._answered, long=False)

    def change_version(self) -> None:
        """Do all steps on the newest version of Go, or go back from it: as the command go does."""
        self._work.do(lambda: self._model.submit(f"go {self._model.console.other_release.text}"), self._answered, long=True)

    def _do_all(self, lines: list[Typed]) -> list[Outcome]:
        """Do one line after the other, up to the first that is wrong."""
        done: list[Outcome] = []
        for line in lines:
            done.append(self._model.do(line))
            if not done[-1].ok or self._work.stopped:
                break
        return done

    def _typed(self, lines: list[str], done: list[Outcome], problem: str) -> None:
        right = done[-1].ok
        if right and not self.prompt.value:
            self._leave()
        self._answered(done[-1])
        branch = self._model.console.take_left()
        if branch and not self._footer.message:
            self._footer.say(forked(branch, self._model.session.branches.name))
        if not right:
            self._mend(lines[len(done) - 1])
            self._footer.say(self._with_the_way_out(str(done[-1].error)))
        left = len(lines) - len(done)
        rest = told(left, "1 more pasted line was not run", "{n} more pasted lines were not run") if left else ""
        said = [rest, self._footer.message, problem if right else ""]  # no one of them hides another
        self._footer.say("; ".join(filter(None, said)))

    def _with_the_way_out(self, problem: str) -> str:
        """Returns what is wrong with the line that stays to be mended, and the key that leaves it."""
        leave = f"; {self._options.keyboard.name('back')} leaves"
        return clip(problem, self._width - 1 - len(leave)) + leave

    def _answered(self, outcome: Outcome) -> None:
        """Show what a line led to: in the panes, or, what they have no room for, in the footer."""
        self._model.arrived(outcome)
        why, hidden = self._widgets.panes.why, self._stage.arrangement.hides_why
        told_in_why = self._model.answer is None and not why.shows_log and (why.has_news or not hidden)
        if isinstance(outcome.command, Focus) and outcome.ok:
            self._stage.point_at(outcome.command.panes)
        elif outcome.result is not None and not told_in_why:
            self._footer.say(outcome.result.summary)
        elif outcome.error is not None and hidden:
            self._footer.say(outcome.error.message)

    def _mend(self, line: str) -> None:
        """Offer a line again that was wrong or came too early, unless another one is being typed already."""
        if not self.prompt.value:
            self._refused = line
            self.prompt.show(line)  # its hint would replace what is said here

    # --- A filter -----------------------------------------------------------------------------------------------------------

    def _filter_entered(self, text: str) -> None:
        """Take a filter; one that cannot be read stays to be mended, and the one before it stays in force."""
        problem = self._filtered(text)
        if problem:
            self._filtered(self.row.filter_before)
            self._footer.say(problem)
        else:
            self._leave()
            self._footer.say(self._model.doubt(text, self.row.filtered))

    def _filtered(self, text: str, typing: bool = False) -> str:
        """Filter the pane for which the prompt was opened; returns what is wrong, or what may be meant."""
        pane = self.row.filtered
        problem = self._model.filter(text, typing, pane)
        if not problem:
            self._widgets.panes.named(pane).start()
        return problem or (self._model.doubt(text, pane) if typing else "")

    # --- Leaving ------------------------------------------------------------------------------------------------------------

    def put_away(self) -> bool:
        """Put an answer away, or a difference; tells whether there was one."""
        if not self._widgets.panes.why.answers:
            return False
        self._model.put_away()
        self._app.worked()
        return True

    def give_up(self) -> bool:
        """Leave the prompt without doing what stands there; tells whether the prompt had the keyboard.

        A complaint about what stands there is over, too.
        """
        if not self._stage.typing:
            return False
        if self.row.filtering:
            self._filtered("")
        self.prompt.show("")  # what was typed can be had again from the history
        self._leave()
        if self._model.outcome is not None and self._model.outcome.error is not None:
            self._model.arrived()
        return True

    def _leave(self) -> None:
        """Give the keyboard back to the panes."""
        self._stage.leave_prompt()
        self.row.closed(self._placeholder())
        self._footer.say("")
