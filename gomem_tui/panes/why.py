"""The Why pane: the last command, its answer and how it came about; longer answers scroll."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from gomem_core.lang.moves import Diff
from gomem_core.report import Result
from gomem_core.world.world import unknown
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.model import Model
from gomem_tui.render.lines import Line, Port
from gomem_tui.render.why import (
    CYCLES_KEYS,
    EMPTY_KEYS,
    FILM_KEYS,
    LOOK_KEYS,
    LOOKS_KEYS,
    READ_KEYS,
    SUMS_KEYS,
    WATCH_KEYS,
    Story,
    render_why,
    standing_at,
    why_length,
    why_text,
)
from gomem_tui.settings.keys import Keyboard


class WhyPane(HeapPane):
    """Up and down scroll."""

    def __init__(self, model: Model, keyboard: Keyboard, columns: Callable[[], int] = lambda: 0) -> None:
        super().__init__(id="why")
        self.model = model
        self.keyboard = keyboard
        self._columns = columns
        self.shows_log = False
        self._laid_out: tuple[object, list[Line]] = (None, [])  # what was laid out last, and the lines of it

    @property
    def answers(self) -> bool:
        """Whether it shows what was typed last an answer that can be put away: a long one, a difference, or what was wrong."""
        return self.model.difference is not None or self._answer is not None or self._wrong

    @property
    def has_news(self) -> bool:
        """Whether it shows what nothing else does: an answer, what a script says, what was not as expected."""
        outcome = self.model.outcome
        said = outcome is not None and not outcome.event and outcome.said is not None and bool(outcome.said.says)
        failed = outcome is not None and not outcome.ok
        return self.answers or said or failed or bool(self.model.unmet) or self._has_no_room_for(self._typed)

    @property
    def _wrong(self) -> bool:
        return self.model.typed is not None and not self.model.typed.ok

    @property
    def _typed(self) -> Result | None:
        """The answer to the line typed last; a difference is none, it is shown as what it is."""
        typed = self.model.typed
        return None if typed is None or isinstance(typed.command, Diff) else typed.result

    @property
    def _answer(self) -> Result | None:
        """The answer that stands above the rest: not that of a step, which the ladder tells of, but in the log."""
        answer = self._typed if self.model.answer is not None or self.shows_log else None
        return answer if self._has_no_room_for(answer) else None

    def _has_no_room_for(self, answer: Result | None) -> bool:
        """Whether the footer, which has one line, cannot tell it."""
        return answer is not None and (len(answer.lines()) > 1 or len(answer.summary) >= self._columns())

    def _story(self) -> Story:
        model = self.model
        title = model.console.script.title
        above_others = self._wrong and (self.shows_log or model.difference is not None)
        outcome, wrong = (model.session.outcome, model.outcome) if above_others else (model.outcome, None)
        story = Story(
            *(outcome, model.unmet, model.difference, self.shows_log, title),
            answer=self._answer,
            wrong=wrong,
            keyboard=self.keyboard,
            profile=model.world.profile,
        )
        if not self.keyboard.name("step"):  # the keys of somebody who follows
            story = replace(story, beginning=WATCH_KEYS)
        elif model.session.reel is not None:
            return replace(story, beginning=FILM_KEYS)
        elif model.is_read:
            return replace(story, beginning=_beginning(model))
        elif not model.session.steps:
            story = replace(story, beginning=EMPTY_KEYS)
        if not story.shows_log or outcome is not model.session.outcome:
            return story
        return replace(story, picked=model.log.numbers(), filter=model.log.text)

    def start(self) -> None:
        """Begin at the top; it is drawn when all keys that are there already are done."""
        self.top = 0

    @property
    def is_log(self) -> bool:
        """Whether the event log is shown, which can be filtered."""
        return self._story().shows_log

    def draw(self, width: int, height: int) -> list[Line]:
        """Title rule and the part of the text that is scrolled to."""
        story, port = self._story(), self.port(width, height)
        return render_why(story, port, None if story.shows_log else self._text(story, port))

    def _text(self, story: Story, port: Port) -> list[Line]:
        """All lines of what is no log; it is asked for their number before they are drawn."""
        about = (story, port.width, port.height)
        if about != self._laid_out[0]:
            self._laid_out = about, why_text(story, port)
        return self._laid_out[1]

    def wanted(self, width: int, most: int) -> int:
        """Rows in which all that is to be told is seen, in a pane `most` rows high or lower."""
        return 1 + why_length(self._story(), self.port(width, most))

    def note(self) -> str:
        """Nothing: its title says how many lines there are besides."""
        return ""

    def page(self) -> int:
        """Rows shown."""
        return max(1, self.size.height - 1)

    def reveal(self) -> None:
        """A new command starts at its top; in the log, the event at which the session stands is in sight."""
        self._show_from(standing_at(self._story()) - self.page() // 2)

    def stay(self) -> None:
        """Stay where it was scrolled to, as far as there is text."""
        self._show_from(self.top)

    def move(self, rows: int, columns: int = 0) -> None:
        """Scroll."""
        self._show_from(self.top + rows)
        self.redraw()

    def _show_from(self, top: int) -> None:
        story, port = self._story(), self.port(*self.size)
        length = why_length(story, port) if story.shows_log else len(self._text(story, port))
        self.top = max(0, min(top, length - self.page()))

    def own(self) -> dict[str, object]:
        """Whether it shows the log besides."""
        return super().own() | ({"log": True} if self.shows_log else {})

    def take(self, own: Mapping[str, object]) -> None:
        """Show the log where that does."""
        self.shows_log = own.get("log") is True
        super().take(own)

    def toggle_log(self) -> None:
        """The ladder or the event log."""
        self.shows_log = not self.shows_log
        self.follow()
        self.redraw()

    def pick(self, x: int, y: int) -> None:
        """Do nothing: there is nothing to select here."""


def _beginning(model: Model) -> str:
    """What is said of a heap that was read, before anything was done there."""
    if model.session.goes_on:
        return LOOK_KEYS
    one, sums = model.session.is_one_moment, bool(unknown(model.world, "spans"))
    if sums:
        return SUMS_KEYS if one else CYCLES_KEYS
    return READ_KEYS if one else LOOKS_KEYS
