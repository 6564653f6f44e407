"""Why: what is said of the last command, its answer and how it came about; or where in it the session stands; or a difference.

Whatever is shown, what was typed last is answered above it.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from gomem_core.frozen import frozen
from gomem_core.go import events as e
from gomem_core.go import pageevents as pe
from gomem_core.go.versions import GO_1_10, Profile
from gomem_core.lang.commands import Alloc, Look
from gomem_core.lang.moves import Pause
from gomem_core.queries.difference_sections import GLYPHS
from gomem_core.report import Result, counted, format_bytes
from gomem_core.session.outcome import Outcome
from gomem_tui.draw.style import Token
from gomem_tui.render.halfway import halfway_keys, halfway_lines, halfway_title, log_length, log_lines
from gomem_tui.render.ladder import collection, ladder, ladders
from gomem_tui.render.lines import Line, Port, fit, fit_all, rule
from gomem_tui.render.reflow import reflow, wrapped
from gomem_tui.render.sentences import COUNTED, SENTENCES, tell
from gomem_tui.render.words import clean, clip
from gomem_tui.settings.keys import STANDARD, Keyboard

if TYPE_CHECKING:
    from gomem_core.queries.difference import Difference

FIRST_KEYS: Final = " space does the first step, : types a command, ? helps."
EMPTY_KEYS: Final = " Nothing was done yet. : types a command, such as alloc 48 scan, ? helps."
LOOK_KEYS: Final = " A look at a process: space looks again, > again and again, ? helps."
FILM_KEYS: Final = (
    " A film: space goes to the next allocation or free, } to the next span, > plays; 0 shows types, : goto 1.5s, ? helps."
)
READ_KEYS: Final = " One moment of a heap: nothing moves. w tells why it is so big, : types show, find or diff, ? helps."
SUMS_KEYS: Final = " Only sums of a heap: what lies where, they do not tell. ? helps."
CYCLES_KEYS: Final = " Only sums of a heap, of one collection after the other: space shows the next, b the one before, ? helps."
LOOKS_KEYS: Final = " Several looks at a heap: space shows the next, b the one before, diff 1 compares with the first, ? helps."
WATCH_KEYS: Final = " Somebody else does what happens here; ? lists the keys that you have."
_BESIDE_FROM: Final = 106  # columns: where narration that does not fit above the ladder may stand beside it
_LEAST_LEFT: Final = 36  # columns that narration has there
_RUNG: Final = 76  # columns in which all of a rung's sentence is seen
_UNBROKEN: Final = "\u00a0"  # a blank where a line does not break
_KEYS_FROM: Final = 60  # columns: where keys are told in the title
_FATE_TOKENS: Final[dict[str, Token]] = dict(zip(GLYPHS.values(), ("new", "dim", "text"), strict=True))


@frozen
class Story:
    """What there is to be told."""

    outcome: Outcome | None = None  # of what was done last to stand where the session stands
    unmet: Sequence[tuple[str, str]] = ()  # expectations that did not come true: the line as written, and what was found
    difference: "Difference | None" = None  # from the last `diff`: shown instead of the outcome
    log: bool = False  # the event log instead of the ladder
    title: str = ""  # of the script, for its beginning
    beginning: str = FIRST_KEYS  # what is said there
    answer: Result | None = None  # to the line typed last, where the footer has no room for it: shown above the rest
    wrong: Outcome | None = None  # the line typed last, where it failed while a difference or the log is shown: above those
    keyboard: Keyboard = STANDARD
    profile: Profile = GO_1_10  # the version of Go whose heap did it
    picked: Sequence[int] | None = None  # events of the log that pass the filter; None: all
    filter: str = ""

    @property
    def shows_log(self) -> bool:
        """Whether the event log is shown: a difference, which somebody asked for, goes before it."""
        return self.log and self.difference is None


def render_why(story: Story, port: Port, text: list[Line] | None = None) -> list[Line]:
    """Title rule, and the text from line port.top; `text` is what `why_text` returned for the same, where that is known."""
    end = port.top + max(0, port.height - 1)
    if story.shows_log:
        above = _above(story, _width(port))
        before = len(above)
        length = before + log_length(story.outcome, story.picked)
        first, last = max(0, port.top - before), max(0, end - before)
        visible = above[port.top : end] + log_lines(story.outcome, story.profile, first, last, story.picked)
    else:
        lines = why_text(story, port) if text is None else text
        length, visible = len(lines), lines[port.top : end]
    notes = _notes(story, port.width)
    below = length - end
    if below > 0:
        notes.append(f"{counted(below, 'more line')}: 6, then ↓")
    if story.difference is not None:
        notes.append(story.keyboard.filled("{back} ends it"))
    title = rule("6 Event log" if story.shows_log else "6 Why", notes, port)
    return fit_all([title, *(tuple((clean(text), token) for text, token in line) for line in visible)], port)


def why_length(story: Story, port: Port) -> int:
    """How many lines `why_text` has."""
    if story.shows_log:
        return len(_above(story, _width(port))) + log_length(story.outcome, story.picked)
    return len(why_text(story, port))


def _notes(story: Story, width: int) -> list[str]:
    """What the title says besides."""
    outcome = story.outcome
    if story.difference is not None:
        return ["difference"]
    if outcome is None:
        return []
    if story.shows_log and story.filter:
        passing = [f"{len(story.picked):,} of {len(outcome.events):,} events"] if story.picked is not None else []
        return [*passing, f"filter {story.filter}"]
    if outcome.event:
        keys = halfway_keys(story.keyboard) if width >= _KEYS_FROM else ""
        room = width - (20 if story.shows_log else 14) - (len(keys) + 4 if keys else 0)
        return [text for text in (clip(clean(halfway_title(outcome)), room), keys) if text]
    return [counted(outcome.events_total, "event")] if outcome.events_total else []


def standing_at(story: Story) -> int:
    """The line of the event log at which the session stands, when it stands halfway and nothing is answered above the log."""
    if not story.shows_log or story.outcome is None or story.wrong is not None or story.answer is not None:
        return 0
    if story.picked is not None:
        return sum(number < story.outcome.event for number in story.picked)
    return max(0, story.outcome.event - 1)


def why_text(story: Story, port: Port) -> list[Line]:
    """All lines below the title: an answer, narration, notes, the command with its answer or its error, and the ladder.

    Notes go on top where the rest leaves room for them, else to the end.  Without them the line on top stays free, so that the
    rungs stand where they stood before and what differs between two allocations shows.
    """
    width = _width(port)
    above = _above(story, width)
    if story.difference is not None:
        return above + _difference_lines(story.difference, width)
    if story.log:
        return above + log_lines(story.outcome, story.profile, picked=story.picked)
    return above + _told(story, width, port.height - 1 - len(above))


def _width(port: Port) -> int:
    """Columns for text."""
    return max(20, port.width - 4)


def _above(story: Story, width: int) -> list[Line]:
    """The answer to what was typed last, or what is wrong with it; above the log also what the script says of the step."""
    lines: list[Line] = []
    if story.wrong is not None:
        lines += _error_lines(story.wrong, width)
    if story.answer is not None and (story.difference is None or story.answer is not story.difference.result):
        lines += _result_lines(story.answer, width)
    if story.shows_log and story.outcome is not None and not story.outcome.event:
        told = [*_said_lines(story.outcome, width), *_error_lines(story.outcome, width), *_unmet(story, width)]
        lines += [*([()] if lines and told else []), *told]
    if lines and lines[-1]:
        lines.append(())
    return lines


def _told(story: Story, width: int, room: int) -> list[Line]:
    """What there is to be told of the outcome; `room` is how many lines are seen without scrolling."""
    outcome = story.outcome
    if outcome is None:
        start: list[Line] = [((f" {story.title}", "heading"),), ()] if story.title else []
        return [*start, *(((f" {text}", "text"),) for text in wrapped(story.beginning.strip(), width + 2))]
    said = _said_lines(outcome, width)
    stacked = _below(story, outcome, width, room, said)
    if not said and not outcome.event and not _note_lines(outcome, width) and room > len(stacked):
        return [(), *stacked]
    if not said or len(stacked) <= room or width < _BESIDE_FROM:
        return stacked
    left = max(_LEAST_LEFT, min(width * 2 // 5, width - _RUNG))
    right = _below(story, outcome, width - left - 2, room, [])
    if not right:
        return stacked
    beside = zip_longest(_said_lines(outcome, left - 4)[:-1], right, fillvalue=())
    return [(*fit(words, left), ("│", "dim"), *line) for words, line in beside]


def _below(story: Story, outcome: Outcome, width: int, room: int, said: list[Line]) -> list[Line]:
    """The narration and what belongs below it: the command and what became of it, or the events around where one stands."""
    if outcome.event:
        return halfway_lines(outcome, story.profile, width + 4, room) + ([()] if said else []) + said
    lines = _outcome_lines(story, outcome, width, room - len(said))
    notes = _note_lines(outcome, width)
    return said + notes + lines if room >= len(said + notes + lines) else said + lines + notes


def _said_lines(outcome: Outcome, width: int) -> list[Line]:
    """The narration, and an empty line below it."""
    if outcome.said is None or not outcome.said.says:
        return []
    lines = _narrated(outcome.said.says, width + 2)
    return [*(((" ", "text"), *line) for line in lines), *([()] if lines else [])]


@lru_cache(maxsize=8)  # each time that Why is drawn it asks for its length first, for two or three widths
def _narrated(says: tuple[str, ...], width: int) -> tuple[Line, ...]:
    from gomem_tui.render.markdown import render_markdown  # noqa: PLC0415 -- a session in which nothing is said does without

    return tuple(render_markdown("\n".join(says), width))


def _note_lines(outcome: Outcome, width: int) -> list[Line]:
    notes = outcome.said.notes if outcome.said is not None else ()
    return [((" # ", "label"), *line) for note in notes for line in reflow([(clean(note), "label")], width)]


def _outcome_lines(story: Story, outcome: Outcome, width: int, room: int) -> list[Line]:
    """The command, and what became of it; without the rungs that were not asked where `room` is too little for all."""
    unmet = _unmet(story, width)
    if isinstance(outcome.command, Pause) and outcome.said is not None and (outcome.said.says or outcome.said.notes):
        return unmet
    if outcome.error is not None:
        return [*_error_lines(outcome, width), *unmet]
    lines: list[Line] = [*_about(outcome, width), *unmet]
    rungs = ladder(outcome.told.climbs.costliest, story.profile) if isinstance(outcome.command, Alloc) else []
    if rungs and isinstance(outcome.command, Alloc) and outcome.command.times > 1:
        lines.append(((" " + SENTENCES["costliest"].format(times=outcome.command.times), "label"),))
    rest = _result_lines(outcome.result, width) if outcome.result is not None else []
    started = collection(outcome.told.climbs.costliest, story.profile) if rungs else ""
    if started:
        rest += [((f"   {text}", "label"),) for text in wrapped(started, width)]
    stored = [event for event in outcome.events if isinstance(event, e.PointerWritten)]
    if stored:
        rest += [((f"   {text}", "label"),) for event in stored for text in wrapped(tell(event, story.profile), width)]
    elif not rungs:
        rest += _event_counts(outcome, width)
    climbed: list[Line] = []
    for climbed in ladders(rungs, width + 4):
        if len(lines) + len(climbed) + len(rest) <= room:
            break
    too_long = len(lines) + len(climbed) + len(rest) > room  # then the answer comes first: that is what must be seen
    told = [*lines, *rest, *climbed] if too_long else [*lines, *climbed, *rest]
    full = _counts_in_full(outcome, width)
    return [*told, *full] if len(told) + len(full) <= room else told


def _about(outcome: Outcome, width: int) -> list[Line]:
    """The step and its command, as much of it as a line has room for; of a film the event and what it was, as a whole.

    A look at a program says its number itself.
    """
    if isinstance(outcome.command, Look):
        return []
    if outcome.command is None:
        first, *more = reflow([(f"event {outcome.step:,} ", "dim"), ("› ", "key"), (clean(outcome.line), "text")], width)
        return [((" ", "dim"), *first), *((("   ", "dim"), *line) for line in more)]
    return [((f" step {outcome.step} ", "dim"), ("› ", "key"), (outcome.line.strip(), "text"))]


def _counts_in_full(outcome: Outcome, width: int) -> list[Line]:
    """Why heap_live grew by more than what was allocated."""
    cached = [event for event in outcome.events if isinstance(event, e.CacheSpan | pe.SpanCached)]
    told = outcome.said is not None and bool(outcome.said.says)  # then that is the story
    if not cached or told or not isinstance(outcome.command, Alloc):
        return []
    last = cached[-1]
    if isinstance(last, e.CacheSpan):
        text = SENTENCES["counts_in_full"].format(heap_live=format_bytes(last.heap_live))
    else:
        text = SENTENCES["counts_while_cached"]
    return [((f"   {line}", "label"),) for line in wrapped(text, width)]


def _error_lines(outcome: Outcome, width: int) -> list[Line]:
    """The line that failed, and what is wrong with it; nothing where nothing is."""
    if outcome.error is None:
        return []
    picture = outcome.error.render(outcome.line, width).splitlines()
    return [((" ✗ ", "error"), (picture[0], "text")), *(((f"   {text}", "error"),) for text in picture[1:])]


def _unmet(story: Story, width: int) -> list[Line]:
    """What was expected of the step and did not come true."""
    return [line for expected, found in story.unmet for line in _unmet_lines(expected, found, width)]


def _unmet_lines(line: str, found: str, width: int) -> list[Line]:
    text = f"{line.strip()} — found {found}"
    first, *more = reflow([(clean(text), "error")], width)
    return [((" ✗ ", "error"), *first), *((("   ", "error"), *line) for line in more)]


def _result_lines(result: Result, width: int) -> list[Line]:
    lines: list[Line] = [((f"   {text}", "good"),) for text in wrapped(result.summary, width) if text]
    table = result.table.lines() if result.table is not None else []
    details = [part for text in result.details for part in _broken(text, width)]
    return lines + [((f"   {text}", "text"),) for text in (*table, *details)]


def _broken(text: str, width: int) -> list[str]:
    """A line of an answer, which nobody can scroll to its end; what goes on stands further in."""
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    return wrap(text, width, subsequent_indent=indent, break_on_hyphens=False) if len(text) > width else [text]


def _difference_lines(difference: "Difference", width: int) -> list[Line]:
    """Its summary and its tables, with colours for their headings and for what is new, gone and changed."""
    lines: list[Line] = [((f" {text}", "good"),) for text in wrapped(difference.result.summary, width + 2)]
    heading = 0  # lines since a table's heading
    for text in difference.result.details:
        heading = 0 if not text else heading + 1
        token: Token = ("text", "heading", "label")[heading] if heading < 3 else _FATE_TOKENS.get(text[:3].rstrip(), "text")
        lines += [((f" {part}", token),) for part in wrap(text, width + 2, subsequent_indent=" " * 6)] or [()]
    return lines


def _event_counts(outcome: Outcome, width: int) -> list[Line]:
    """What happened inside, kind by kind."""
    if not outcome.told.kinds:
        return []
    counts = sorted(outcome.told.kinds.items(), key=lambda item: -item[1])
    told = [f"{COUNTED[kind]} {n}".replace(" ", _UNBROKEN) for kind, n in counts]
    return [((f"   {line.replace(_UNBROKEN, ' ')}", "label"),) for line in wrapped("inside: " + " · ".join(told), width)]
