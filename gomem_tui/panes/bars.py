"""The footer: the keys that hold, or a message."""

from typing import Final

from gomem_core.named import NamedTuple
from gomem_tui.render.lines import Line, Span, fit
from gomem_tui.render.words import clip
from gomem_tui.settings.keys import Keyboard

_Shown = tuple[str, str, str]  # a key's name, what it does, its action
_MOST_SPARED: Final = 2  # keys of the footer that can be left out
_OF_EVENTS: Final = ("micro(1)", "micro(-1)")  # actions
_OF_TIME: Final = ("step", "step_back", *_OF_EVENTS)
_GAPS: Final = ("  ", " ")  # after each key
_TYPING: Final = (
    ("enter", "do it", "submit"),
    ("{next_pane}", "complete", "app.turn(1)"),
    ("↑ ↓", "history", "older"),
    ("{back}", "leave", "app.back"),
)
"""Keys, what they do, and the prompt's action, or the explorer's, that a click does."""


class Where(NamedTuple):
    """What the keys in the footer depend on."""

    pane: str  # that has the keyboard; "prompt": while somebody types
    returns_to: str = ""  # the object to which backspace comes back; nothing: it steps back
    steps: bool = True  # whether there is a time to go through
    events: bool = True  # ... and events in it
    looks: bool = False  # ... whose steps are looks at a program
    quits_to: str = ""  # what comes when one leaves, where that is not the end of gomem


def _of_objects(keyboard: Keyboard, returns_to: str) -> list[_Shown]:
    """The keys of the Objects pane: along links, and back, or what the same key does otherwise."""
    back = f"to {clip(returns_to, 8)}" if returns_to else "back"
    keys = (("open", "follow", "enter"), ("come_back", back, "come_back"))
    return [(name, label, action) for key, label, action in keys if (name := keyboard.name(key))]


def footer_line(keyboard: Keyboard, message: str, where: Where, width: int, pressed: str = "") -> Line:
    """A message if there is one, else the keys that hold now: in the prompt other ones than elsewhere.

    Where not all fit, they stand closer, then some are left out: how to step, to type, to get help and to quit stays.  `pressed`
    is shown at the right: to an audience, the key that was pressed last.
    """
    if pressed:
        sign = _sign(pressed)
        return (*footer_line(keyboard, message, where, max(0, width - len(sign))), (sign, "cursor"))
    if message:
        return fit(((f" {clip(message, width - 1)}", "new"),), width)
    spans: list[Span] = []
    keys, gap = _keys(keyboard, where, width)
    for name, label, _ in keys:
        spans += [(f" {name}", "key"), (f" {label}{gap}", "label")]
    return fit(tuple(spans), width)


def footer_action(keyboard: Keyboard, where: Where, width: int, pressed: str, x: int) -> str:
    """What the key at column x of a footer without a message does; "" where there is none."""
    keys, gap = _keys(keyboard, where, width - len(_sign(pressed)))
    for key in keys:
        action = key[2]
        x -= _cells([key], gap)
        if x < 0:
            return action
    return ""


def _sign(pressed: str) -> str:
    return f" {pressed} " if pressed else ""


def _keys(keyboard: Keyboard, where: Where, width: int) -> tuple[list[_Shown], str]:
    """The first choice of keys that fits, and the gap after each; of the last one as many as do, without those in its middle."""
    if where.pane == "prompt":
        choices = [[(name, label, do) for text, label, do in _TYPING if (name := keyboard.filled(text))]]
    else:
        own = _of_objects(keyboard, where.returns_to) if where.pane == "objects" else []
        choices = [_with(own, keyboard.footer(without), where) for without in range(_MOST_SPARED + 1)]
        zoom = keyboard.name("zoom")
        if zoom and not where.steps:  # there is room, and what stands beside the pane changes little
            choices.insert(0, [*choices[0][:-2], (zoom, "zoom", "zoom"), *choices[0][-2:]])
    for keys in choices:
        for gap in _GAPS:
            if _cells(keys, gap) <= width:
                return keys, gap
    keys, gap = list(choices[-1]), _GAPS[-1]
    while keys and _cells(keys, gap) > width:
        del keys[max(0, len(keys) - 3)]
    return keys, gap


def _with(own: list[_Shown], keys: list[_Shown], where: Where) -> list[_Shown]:
    """The footer's keys with a pane's own, which stand after those for going through time; these only where there is one."""
    if where.looks:
        keys = [(name, "look" if action == "step" else label, action) for name, label, action in keys]
    if where.quits_to:
        keys = [(name, where.quits_to if action == "quit" else label, action) for name, label, action in keys]
    if not where.events:
        keys = [key for key in keys if key[2] not in _OF_EVENTS]
    if not where.steps:
        return [*own, *(key for key in keys if key[2] not in _OF_TIME)]
    return [*keys[:2], *own, *keys[2:]]


def _cells(keys: list[_Shown], gap: str) -> int:
    """Cells that keys take: a blank before each name and each label."""
    return sum(len(name) + len(label) + len(gap) + 2 for name, label, _ in keys)
