"""Lines as plain text that reads well aloud: words for signs, no bars, no rules, nothing wider than asked for."""

import re
from collections.abc import Iterable, Mapping
from textwrap import wrap
from typing import Final

from gomem_core.go.versions import PROFILES
from gomem_core.regex import regex
from gomem_tui.render.lines import Line, plain
from gomem_tui.render.words import clean

# Signs that have no meaning of their own here, or a plainer form.
_PLAIN: Final = {
    "…": "...",
    "–": "-",
    "—": "-",
    "×": "x",
    "→": "->",
    "⇄": "<->",
    "≥": ">=",
    "≤": "<=",
    "│": ">",
    "•": "-",
    "▸": ">",
    " · ": ", ",
    "·": "-",
}
_PICTURE: Final = regex("[─━┄╌]{2,}|[▕▏]?[▏▎▍▌▋▊▉█▓▒▚░┃·▪]{3,}[▕▏]?|[▁▂▃▄▅▆▇█]{2,}")  # rules, bars, curves
_RUNGS: Final = "|".join(sorted({rung for profile in PROFILES for rung in profile.rungs}, reverse=True))  # the longer one first
_RUNG: Final = regex(rf" ([1-9]) ({_RUNGS}) +(● )?(.*)", re.DOTALL)
_EVENT: Final = regex(r" ([▶ ]) +([0-9]+) ")
_STEP: Final = regex(r" step ([0-9]+) › ")


def spoken_title(line: Line) -> str:
    """A pane's title rule as a sentence: its number and name, and what it shows.  What explains signs is left out."""
    head, *notes = [part.strip() for part in plain(line).strip(" ─▌").split("──")]
    told = ", ".join(note for note in notes if note[:1].isalnum()).replace("↑", "ascending").replace("↓", "descending")
    return _simplified(f"Pane {head}: {told}" if told else f"Pane {head}", {})


def spoken_table(lines: Iterable[Line], words: Mapping[str, str], width: int) -> list[str]:
    """Lines of a table without its pictures, and with `words` for its signs; columns stay where they are."""
    told = ((plain(line), _simplified(_PICTURE.sub(_blank, plain(line)), words)) for line in lines)
    return fitted(_tidy(text for drawn, text in told if text or not drawn.strip()), width)  # a line may be a picture alone


def spoken_text(lines: Iterable[Line], width: int) -> list[str]:
    """Lines of running text, such as Why has, broken anew at `width` columns where words for signs made them longer."""
    return fitted(_tidy(_sentence(line) for line in lines), width)


def fitted(lines: Iterable[str], width: int) -> list[str]:
    """The lines, those broken between words that are wider than `width`."""
    found: list[str] = []
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        found += wrap(line, width, subsequent_indent=indent, break_on_hyphens=False) if len(line) > width else [line]
    return found


def _sentence(line: Line) -> str:
    """One line of Why: rungs and steps are named, what is wrong is called so."""
    text = plain(line)
    rung, step = _RUNG.match(text), _STEP.match(text)
    if line and line[-1][1] == "dim" and len(line) > 1 and line[-1][0].startswith("   "):  # the Go function, far to the right
        text = f"{plain(line[:-1]).rstrip()} ({line[-1][0].strip()})"
        rung = _RUNG.match(text)
    event = _EVENT.fullmatch(line[0][0]) if len(line) > 1 else None
    if event is not None:
        text = f" {'Here, event' if event[1] == '▶' else 'Event'} {event[2]}: {text[event.end() :]}"
    elif rung is not None:
        text = f" {rung[1]} {rung[2]}{', served' if rung[3] else ''}: {rung[4]}"
    elif step is not None:
        text = f" Step {step[1]}: {text[step.end() :]}"
    elif text.startswith(" ✗ "):
        wrong = len(line) > 1 and line[1][1] == "text"  # a line that was typed wrong; else an expectation
        text = f" Wrong:  {text[3:]}" if wrong else f" Not as expected: {text[3:]}"
    elif text.startswith("   ") and set(text.strip()) == {"^"}:
        text = f"      {text}"  # under the wrong word, which "Wrong:" moved
    return _simplified(_PICTURE.sub("", text).replace("▶", "here:"), {})


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _simplified(text: str, words: Mapping[str, str]) -> str:
    for sign, word in (*words.items(), *_PLAIN.items()):
        text = text.replace(sign, word)
    return clean(text).rstrip()


def _tidy(lines: Iterable[str]) -> list[str]:
    """Returns the lines without empty ones at the ends, and never two of them together."""
    found: list[str] = []
    for line in lines:
        if line or (found and found[-1]):
            found.append(line)
    while found and not found[-1]:
        found.pop()
    return found
