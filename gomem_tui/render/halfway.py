"""Draws the inside of a command: its events one by one, with a mark at the latest one."""

from collections.abc import Sequence
from typing import Final

from gomem_core.frozen import values_of
from gomem_core.go.events import Event
from gomem_core.go.versions import Profile
from gomem_core.lang.commands import Alloc
from gomem_core.session.outcome import Outcome
from gomem_tui.draw.style import Token
from gomem_tui.render.ladder import all_lines, ladder_so_far, with_go
from gomem_tui.render.lines import Line
from gomem_tui.render.sentences import function_of, tell, value_text
from gomem_tui.render.words import clip
from gomem_tui.settings.keys import Keyboard

_MSPAN: Final = "mspan"  # what Go calls the struct
_KIND: Final = 15  # cells for the kind of an event, where none is longer
_LEAST: Final = 3  # events that are listed, however low the pane


def halfway_title(outcome: Outcome) -> str:
    """Says where in the command the session stands."""
    return f"event {outcome.event} of {len(outcome.events)} inside: {outcome.line.strip()}"


def halfway_keys(keyboard: Keyboard) -> str:
    """What leads on and back, in a few words."""
    return "  ".join(text for text in map(keyboard.filled, ("{event_forward} on", "{event_back} back")) if text)


def halfway_lines(outcome: Outcome, profile: Profile, width: int, height: int) -> list[Line]:
    """The events around the one told last, at most `height` of them where that is 3 or more; the ladder if it fits below."""
    count = len(outcome.events)
    rows = min(count, max(_LEAST, height))
    first = max(0, min(outcome.event - 1 - rows // 2, count - rows))
    lines = [_event_line(outcome, profile, number, width) for number in range(first + 1, first + rows + 1)]
    if first + rows == count and outcome.events_total > count:
        lines.append(((f"   and {outcome.events_total - count} more, which are not kept", "label"),))
    if isinstance(outcome.command, Alloc):
        rungs = ladder_so_far(outcome.events[: outcome.event], profile)
        below = [(), *(line for lines in all_lines(rungs, width) for line in lines)]
        lines += below if len(lines) + len(below) <= height else []
    return lines


def _event_line(outcome: Outcome, profile: Profile, number: int, width: int) -> Line:
    event = outcome.events[number - 1]
    mark, token = _standing(outcome, number)
    head = f" {mark} {number:>{len(str(len(outcome.events)))}} "
    told = clip(tell(event, profile), width - len(head))
    return with_go([(head, token if mark == "▶" else "dim"), (told, token)], function_of(event, profile), width)


def _standing(outcome: Outcome, number: int) -> tuple[str, Token]:
    """A mark at the event where the session stands, and how events before and after it look."""
    if number == outcome.event:
        return "▶", "new"
    return " ", "dim" if 0 < outcome.event < number else "text"


def log_lines(
    outcome: Outcome | None, profile: Profile, start: int = 0, stop: int | None = None, picked: Sequence[int] | None = None
) -> list[Line]:
    """Lines number start to stop of the event log: every decision of the last command, with the Go function that takes it.

    `picked` are the numbers of those events that pass a filter.
    """
    if outcome is None or not outcome.events:
        none: list[Line] = [((" The last command told no events.", "label"),)]
        return none[start:stop]
    if picked is not None:
        chosen = [_log_line(outcome, profile, number) for number in picked[start:stop]]
        nothing: list[Line] = [((" No event passes the filter.", "label"),)]
        return chosen if picked else nothing[start:stop]
    count = len(outcome.events)
    stop = log_length(outcome) if stop is None else stop
    lines = [_log_line(outcome, profile, number) for number in range(start + 1, min(stop, count) + 1)]
    if outcome.events_total > count and start <= count < stop:
        lines.append(((f"      and {outcome.events_total - count} more", "label"),))
    return lines


def log_length(outcome: Outcome | None, picked: Sequence[int] | None = None) -> int:
    """Lines of the whole log."""
    if outcome is None or not outcome.events:
        return 1
    if picked is not None:
        return max(1, len(picked))
    return len(outcome.events) + (outcome.events_total > len(outcome.events))


def log_text(outcome: Outcome, profile: Profile, number: int) -> str:
    """Return the line of event `number`, from 1, as filters see it."""
    event = outcome.events[number - 1]
    return f"{event.kind} {_fields(event)}  {function_of(event, profile)}"


def _fields(event: Event) -> str:
    return "  ".join(filter(None, (_field(name, value) for name, value in values_of(event))))


def _field(name: str, value: object) -> str:
    """A field as the log shows it; what says nothing is left out."""
    if value is True:
        return name
    if value is False or value == "" or (name == "spanclass" and value == -1):
        return ""
    return f"{_MSPAN if name == 'span' else name} {value_text(name, value)}"


def _log_line(outcome: Outcome, profile: Profile, number: int) -> Line:
    event = outcome.events[number - 1]
    mark, token = _standing(outcome, number)
    head: Token = "new" if mark == "▶" else "dim"
    kind: Token = "dim" if token == "dim" else "new"
    cells = max(_KIND, *map(len, outcome.told.kinds))
    go = function_of(event, profile)
    return ((f"{mark}{number:>4} ", head), (f"{event.kind:<{cells}}", kind), (f" {_fields(event)}", token), (f"  {go}", "dim"))
