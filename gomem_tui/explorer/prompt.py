"""The prompt: one line of the command language, with ghost text from the registry, and a history."""

from collections.abc import Callable
from typing import ClassVar, Final

from rich.cells import set_cell_size
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.geometry import Region
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip
from textual.suggester import SuggestionReady
from textual.widgets import Input, Static

from gomem_core.go.versions import Profile
from gomem_core.lang import MAX_LINE, Names, complete
from gomem_core.lang.continued import logical_lines
from gomem_tui.draw.style import Token
from gomem_tui.explorer.alternatives import Walk, begin
from gomem_tui.explorer.history import add_to_history, read_history

_FILTERS: Final = {  # what stands in the empty prompt; {list} is one of an mcentral
    "spans": "class:5  state:free  used<50%  or a regular expression",
    "mcentral": "class:5  kind:scan  {list}>0",
    "why": "regular expressions, each of which is found in the line",
    "objects": "size>=1K  kind:scan  state:kept  step<9  or a regular expression",
    "types": "bytes>=1M  objects>10  or a regular expression",
}
Enter = Callable[[list[str], str], None]  # takes lines to be done, and a problem with the history, in words
Edited = Callable[[str], None]  # takes the line whenever somebody changed it


class Prompt(Input):
    """Enter submits the line; up and down walk through what was typed before, tab through what the word can become."""

    class Entered(Message):
        """Lines to be done, in order, which were pasted."""

        def __init__(self, lines: list[str]) -> None:
            super().__init__()
            self.lines = lines

    class Full(Message):
        """A line would have become longer than lines can be; it stays as it was."""

    # The keys with which a line is edited are Textual's and cannot be given others, these two go with them (keynames.is_typed):
    # to whoever types, they mean what they mean in every other program.
    placeholder = var("")  # no `reactive`, which Textual would draw

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up", "older", "older"),
        ("down", "newer", "newer"),
        ("ctrl+j", "submit", "submit"),  # as a terminal turns Enter into where it is typed before gomem has taken it over
    ]

    def __init__(self, names: Callable[[], Names | None], enter: Enter, edited: Edited) -> None:
        self._behind = ""  # what is typed is completed as if it stood after this
        self._walk: Walk | None = None
        self._enter = enter
        self._edited = edited
        self._tells = True
        super().__init__(id="prompt", select_on_focus=False, compact=True, max_length=MAX_LINE)
        self._names = names
        self._typed = read_history()
        self._at = len(self._typed)  # place in the history; its length: the line being typed
        self._not_kept = ""
        self._keeps = True  # ... and that into a file
        self.remembers = True  # what is typed goes into the history
        self.cursor_blink = False
        self.can_focus = False  # so that Textual's own ways to the next widget do not lead here

    def keep_nothing(self) -> None:
        """Forget what was typed in other sessions, and keep nothing: the file with that is not of whoever types here."""
        self._typed, self._at, self._keeps = [], 0, False

    def watch_placeholder(self) -> None:
        """Show it: each step has another, and by Textual's way that would take as long as the panes do."""
        paint = getattr(self.app, "paint", None) if self.is_mounted and not (self.value or self.has_focus) else None
        if paint is None:
            self.refresh()
        else:
            token: Token = "strong" if self.screen.has_class("presenting") else "dim"  # as app.tcss has it
            paint(self, [(0, ((set_cell_size(self.placeholder, self.outer_size.width), token),))])

    def render_lines(self, crop: Region) -> list[Strip]:
        """The line as it is: Textual would keep it, and show another placeholder only where it was told of that."""
        return [self.render_line(y).crop(crop.x, crop.right) for y in crop.line_range]

    def expect(self, context: str) -> None:
        """Complete what is typed from now on as if it stood after `context`."""
        self._behind = context

    def complete(self, step: int) -> None:
        """Type what the alternatives of the word have in common, or else the first; then the next (1), or the one before (-1)."""
        walk = self._walking()
        if walk is None:
            walk = begin(self._behind, self.value, self.cursor_position, self._names())
            if walk is not None and walk.value == self.value:
                walk.step(step)
        else:
            walk.step(step)
        self._walk = walk if walk is not None and len(walk.words) > 1 else None  # a single one, kind:, may be gone on with
        if walk is not None:
            self.value = walk.value
            self.cursor_position = walk.cursor

    def alternatives(self, width: int) -> str:
        """What tab walks through, as a line of `width` cells; nothing when something else was typed since."""
        walk = self._walking()
        return "" if walk is None else walk.shown(width)

    def watch_value(self, value: str) -> None:
        """End tab's walk when anything else changes the line; report the change at once, not by a message that may come late."""
        if self._walk is not None and value != self._walk.value:
            self._walk = None
        if self._tells:
            if value:
                self.call_later(self._suggest, value)
            self._edited(value)

    def _suggest(self, line: str) -> None:
        """Show ghost text: what the first completion of the word at the end of the line adds to it.

        Not by a Suggester of Textual's: its coroutines are left behind, with a warning, where gomem ends before they begin.
        """
        if line != self.value:  # more keys were there already
            return
        text = self._behind + line
        for completion in complete(text, len(text), self._names()):
            completed = (text[: completion.start] + completion.text).removeprefix(self._behind)
            if completed.startswith(line) and completed != line:
                self.post_message(SuggestionReady(line, completed))
                return

    def show(self, line: str) -> None:
        """Let this line stand there, without a word to anybody."""
        self._tells = False
        self.value = line
        self._tells = True
        self.cursor_position = len(line)

    def _walking(self) -> Walk | None:
        """The walk, unless the cursor went elsewhere."""
        return self._walk if self._walk is not None and self._walk.cursor == self.cursor_position else None

    def action_end(self, select: bool = False) -> None:
        """Take the ghost text at the end of the line, else go there."""
        if self.cursor_at_end and not select:
            self.action_cursor_right()
        else:
            super().action_end(select)

    def on_blur(self) -> None:
        """Give the keyboard back: Textual must not lead here in its own ways."""
        self.can_focus = False

    def _on_hide(self, event: events.Hide) -> None:
        """A terminal that is too small for anything hides it: what was being typed goes on when it is larger again."""
        event.prevent_default()

    def put(self, text: str) -> None:
        """Put text in at the cursor, or in the place of what is selected."""
        self.replace(text, *self.selection)

    async def action_submit(self) -> None:
        """Hand the line over at once; what is typed after it is the next one.  A colon before it is habit."""
        if not self.remembers:
            self._enter([self.value], "")
            return
        line = self.value.strip().removeprefix(":").strip()
        if not line:
            return
        if line not in self._typed[-1:]:
            self._typed.append(line)
            self._not_kept = add_to_history(line) if self._keeps else ""
        self._at = len(self._typed)
        self.show("")
        self._enter([line], self._not_kept)

    def _on_paste(self, event: events.Paste) -> None:
        """Several lines are a script to be run, the first joined to what stands there; one line is text to go on with.

        Textual calls the handlers of all base classes by itself: without prevent_default the text would be put in twice.
        """
        event.stop()
        event.prevent_default()
        lines = [line for line in event.text.splitlines() if line.strip()]
        if len(lines) > 1 and self.remembers:
            before, after = self.value[: self.cursor_position], self.value[self.cursor_position :]
            self.show("")
            pasted = [before + lines[0], *lines[1:-1], lines[-1] + after]
            self.post_message(self.Entered([line for _, line in logical_lines(pasted)]))
        elif lines:
            self.put(lines[0].replace("\t", " "))

    def restricted(self) -> None:
        """Textual refuses what would make the line too long."""
        self.post_message(self.Full())

    def action_older(self) -> None:
        """Show the line that was typed before the one shown."""
        self._recall(self._at - 1)

    def action_newer(self) -> None:
        """Show the line that was typed after the one shown; after the last one, an empty line."""
        self._recall(self._at + 1)

    def _recall(self, at: int) -> None:
        if 0 <= at <= len(self._typed):
            self._at = at
            self.value = self._typed[at] if at < len(self._typed) else ""
            self.cursor_position = len(self.value)


class PromptRow(Horizontal):
    """The prompt with the sign before it: `:` for commands, `/` while it takes a filter."""

    def __init__(self, names: Callable[[], Names | None], enter: Enter, edited: Edited) -> None:
        super().__init__(id="prompt-row")
        self.prompt: Final = Prompt(names, enter, edited)
        self.filtering = False
        self.filter_before = ""
        self.filtered = "spans"  # the pane

    def compose(self) -> ComposeResult:
        """Sign and prompt."""
        yield Static(":", id="colon")
        yield self.prompt

    def open(self) -> None:
        """Take the keyboard at once: the next keys may be there already."""
        self.prompt.can_focus = True
        self.screen.set_focus(self.prompt)

    def open_for_filter(self, pane: str, text: str, profile: Profile) -> None:
        """Take a filter of this pane instead of commands, until the keyboard is given back; `text` is the one in force.

        `profile` is the heap's, for what can be asked for.
        """
        self.filter_before, self.filtered = text, pane
        self._expect(True, "/", _FILTERS[pane].format(list=profile.central_names[0]), text)
        self.open()

    def closed(self, placeholder: str) -> None:
        """The keyboard was given back: commands are expected again, and a filter that was typed is not one."""
        if self.filtering:
            self._expect(False, ":", placeholder, "")

    def _expect(self, filtering: bool, sign: str, placeholder: str, text: str) -> None:
        self.filtering = filtering
        self.prompt.remembers = not filtering
        self.prompt.expect(f"show {self.filtered} " if filtering else "")
        self.query_one("#colon", Static).update(sign)
        self.prompt.placeholder = placeholder
        self.prompt.value = text
        self.prompt.cursor_position = len(text)
