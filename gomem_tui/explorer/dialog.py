"""The part of the explorer where one types: what enter, a paste and esc do to the prompt, and what is said meanwhile."""

from collections.abc import Iterable
from typing import Final

from gomem_core.files.step import PAUSE
from gomem_core.lang import MAX_LINE, Names
from gomem_core.lang.moves import Focus
from gomem_core.report import told
from gomem_core.session.candidates import offers
from gomem_core.session.outcome import Outcome
from gomem_tui.explorer.arrangement import Arrangement
from gomem_tui.explorer.prompt import Prompt, PromptRow
from gomem_tui.explorer.travel import Traveller
from gomem_tui.hint import forked, hint, takes_long
from gomem_tui.panes.why import WhyPane
from gomem_tui.render.words import clip
from gomem_tui.settings.options import Options
from gomem_tui.terminal.terminalinput import MOST_PASTED

_SIGN: Final = 3  # cells that the prompt's sign takes, and a free one at the end
LEAVE: Final = ("q", "quit", "exit")  # what habit types into the prompt


# What stands in the empty prompt: the step that comes next.  To an audience it is announced.
_AHEAD: Final = {"command": "{key} does: {line}", "pause": "{key} reads on"}
_ANNOUNCED: Final = {"command": "next ({key}): {line}", "pause": "next ({key}): reading on"}


class Dialog(Traveller):
    """An explorer to which lines are typed."""

    options: Options
    _refused = ""  # the line that stands in the prompt to be mended, as long as nobody has begun to
    arrangement: Arrangement

    @property
    def row(self) -> PromptRow:
        """The prompt with the sign before it."""
        return self.query_one(PromptRow)

    @property
    def prompt(self) -> Prompt:
        """The prompt itself."""
        return self.row.prompt

    @property
    def typing(self) -> bool:
        """Whether the prompt has the keyboard, from the very key on that gave it."""
        return self.prompt.screen.focused is self.prompt

    def offered(self) -> Names | None:
        """What completion can take from the session; nothing while another thread works on it."""
        session = self.model.session
        return None if self.busy else offers(session)

    def placeholder(self) -> str:
        """What stands in the empty prompt: the step that comes next."""
        session = self.model.session
        if session.at_end:
            return "this is the end; type a command, for example alloc 48 scan"
        line = session.line(session.step + 1).strip()
        forms = _ANNOUNCED if self.options.presenting else _AHEAD
        clicker = self.keyboard.name("page_down") if self.options.presenting else ""
        key = clicker or self.keyboard.name("step") or "next"
        text = forms["pause" if line == PAUSE else "command"].format(key=key, line=line)
        return clip(text, self.arrangement.size[0] - _SIGN)

    def point_at(self, names: Iterable[str]) -> None:
        """Show these panes, as far as there is room; the last one gets the keyboard."""
        raise NotImplementedError

    # --- What was typed ---------------------------------------------------------------------------------------------------

    def edited(self, text: str) -> None:
        """Say in the footer what the command being typed would do, or what is wrong with it."""
        if self.busy or not self.typing:
            return
        about = self._filtered(text, typing=True) if self.row.filtering else hint(text, self.desk, self.offered())
        self.say(self.prompt.alternatives(self.size.width - 1) or about)

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Lines were pasted."""
        self.entered(event.lines)

    def on_prompt_full(self) -> None:
        """The line has no room for what was typed or pasted."""
        self.say(f"A line has at most {MAX_LINE:,} characters: this was not added.")

    def pasted(self, text: str | None) -> str:
        """What is to be said of a paste that the prompt does not take; None stands for one that is too long for anything."""
        if text is None:
            return f"A paste has at most {MOST_PASTED:,} bytes: this one was not taken. Save it as a file; :open FILE does it."
        if not text.strip():
            return ""
        return self.keyboard.filled("Paste ignored: press {prompt} first, then paste.")

    def entered(self, lines: list[str], problem: str = "") -> None:
        """Do what was typed or pasted; `problem` is one with the history, in words.

        The prompt closes after a line that is right: keys are keys again.  A wrong one stays to be mended, and ends a paste.
        """
        if self.row.filtering:
            self._filter_entered(lines[0])
            return
        if lines[0].strip() in LEAVE and len(lines) == 1:
            self.call_later(self.action_quit)
            return
        if self.busy:
            self.say(f"working; {self.keyboard.name('back')} stops it")
            self._mend(lines[0])
            return
        long = takes_long("\n".join(lines), self.model.session)
        self.work(lambda: self._submit_all(lines), lambda done: self._typed(lines, done, problem), long)

    def _filter_entered(self, text: str) -> None:
        """A filter that cannot be read stays to be mended, and the one before it stays in force."""
        problem = self._filtered(text)
        if problem:
            self._filtered(self.row.filter_before)
            self.say(problem)
        else:
            self.leave_prompt()
            self.say(self.model.doubt(text, self.row.filtered))

    def _filtered(self, text: str, typing: bool = False) -> str:
        """Filter the pane for which the prompt was opened; returns what is wrong, or what may be meant."""
        pane = self.row.filtered
        problem = self.model.filter(text, typing, pane)
        if not problem:
            self.filtered(pane)
        return problem or (self.model.doubt(text, pane) if typing else "")

    def filtered(self, pane: str) -> None:
        """Show a filtered table from its top."""
        raise NotImplementedError

    def _submit_all(self, lines: list[str]) -> list[Outcome]:
        """Do one line after the other, up to the first that is wrong."""
        done: list[Outcome] = []
        for line in lines:
            done.append(self.model.submit(line))
            if not done[-1].ok or self.stopped:
                break
        return done

    def _typed(self, lines: list[str], done: list[Outcome], problem: str) -> None:
        right = done[-1].ok
        if right and not self.prompt.value:
            self.leave_prompt()
        self.answered(done[-1])
        branch = self.desk.take_left()
        if branch and not self.message:
            self.say(forked(branch, self.model.session.branches.name))
        if not right:
            self._mend(lines[len(done) - 1])
            self.say(str(done[-1].error))
        left = len(lines) - len(done)
        rest = told(left, "1 more pasted line was not run", "{n} more pasted lines were not run") if left else ""
        said = [rest, self.message, problem if right else ""]  # no one of them hides another
        self.say("; ".join(filter(None, said)))

    def answered(self, outcome: Outcome) -> None:
        """Show what a typed line led to: in the panes, or, what they have no room for, in the footer."""
        self.model.arrived(outcome)
        why = self.query_one(WhyPane)
        told_in_why = self.model.answer is None and not why.shows_log and (why.has_news or not self.arrangement.hides_why)
        if isinstance(outcome.command, Focus) and outcome.ok:
            self.point_at(outcome.command.panes)
        elif outcome.result is not None and not told_in_why:
            self.say(outcome.result.summary)

    def _mend(self, line: str) -> None:
        """Offer a line again that was wrong or came too early, unless another one is being typed already."""
        if not self.prompt.value:
            self._refused = line
            self.prompt.show(line)  # its hint would replace what is said here

    # --- Opening and leaving ------------------------------------------------------------------------------------------------

    def action_prompt(self) -> None:
        """Type a command."""
        if not self.typing:
            self.row.open()

    def type_in(self, text: str) -> None:
        """Put what was typed into the prompt; a colon after a line that was refused begins a new one, as habit has it."""
        if text == ":" and self._refused and self.prompt.value == self._refused:
            self.prompt.show("")
        else:
            self.prompt.put(text)

    def begin_line(self, text: str) -> None:
        """Open the prompt with the beginning of a command."""
        self.row.open()
        self.prompt.value = text
        self.prompt.cursor_position = len(text)

    def give_up(self) -> None:
        """Leave the prompt without doing what stands there; a complaint about it is over, too."""
        if self.row.filtering:
            self._filtered("")
        self.prompt.show("")  # what was typed can be had again from the history
        self.leave_prompt()
        if self.model.outcome is not None and self.model.outcome.error is not None:
            self.model.arrived()

    def leave_prompt(self) -> None:
        """The keyboard is for the panes again."""
        self.prompt.screen.set_focus(None)
        self.row.closed(self.placeholder())
        self.say("")
