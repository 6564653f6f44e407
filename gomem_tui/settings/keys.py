"""Every key, declared once by the action it triggers: bindings, footer and help read this table.

A configuration can give an action other keys; all that shows keys, or does what they say, asks a `Keyboard`.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Final, Literal

from gomem_core.frozen import frozen
from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import KEYS, TITLES
from gomem_core.regex import regex
from gomem_tui.settings.keynames import is_typed, shown

Scope = Literal["app", "pane", "filtered", "sorted", "entered", "arena"]  # where an action is to be had

FILTERED: Final[tuple[Pane, ...]] = ("spans", "mcentral", "objects", "types")
_ENTERING: Final[dict[Pane, str]] = {  # where enter leads
    "heap": "go to the mcentral of the selected class",
    "objects": "follow a link, which left and right choose",
    "types": "show the objects of the selected type",
    "advise": "show the spans of which the line speaks",
}
SORTED: Final[tuple[Pane, ...]] = ("spans", "objects", "types")
_SCOPES: Final[dict[Scope, tuple[str, ...]]] = {  # the panes of those that are not a pane's own
    "filtered": (*FILTERED, "why"),
    "sorted": SORTED,
    "entered": tuple(_ENTERING),
}

_GOING: Final[dict[Pane, str]] = {  # what the keys do that go to a pane
    "spans": "Go to the spans table.",
    "arena": "Go to the arena page map.",
    "bitmap": "Go to the bitmap.",
    "mcentral": "Go to the mcentral lists.",
    "mcache": "Go to the mcaches of the Ps.",
    "why": "Go to Why, to scroll it.",
    "heap": "Go to the account of the heap: free pages, every byte, what is wasted.",
    "layout": "Go to the layout of the process.",
    "objects": "Go to the objects.",
    "types": "Go to the types: objects and bytes by type, or by call site.",
    "advise": "Go to the advice: why the heap is so big.",
}


@frozen
class Key:
    """An action: its keys (Textual's names; the first is shown), a word for the footer, a sentence for the help.

    `{back}` in a text stands for the first key of the action of that id.
    """

    id: str  # by which a configuration means it
    action: str  # Textual's
    keys: tuple[str, ...]
    label: str
    help: str
    scope: Scope = "app"
    footer: int = 0  # place in the footer, 0: not there
    spare: int = 0  # ... and in a footer where not all fit, the greatest goes first; 0: stays
    footer_name: str = ""  # how the footer names the keys, where the first key is not the whole story
    first: bool = False  # goes before what Textual itself does with the key

    def is_of(self, pane: str) -> bool:
        """Whether it does something in the pane of this name, though not everywhere."""
        return self.scope in (pane, "pane") or pane in _SCOPES.get(self.scope, ())

    def help_in(self, pane: Pane) -> str:
        """What it does in this pane."""
        text = _ENTERING.get(pane) if self.scope == "entered" else None
        return self.help if text is None else f"{text[0].upper()}{text[1:]}."

    def goes_first(self, name: str) -> bool:
        """Whether one of its keys goes before what the prompt does with it: what is typed there is for the prompt.

        But for the colon: the prompt's action knows that at the beginning of a line it is habit.
        """
        return self.first and (name == "colon" if self.id == "prompt" else not is_typed(name))


_REFERENCE: Final = regex(r"\{(\w+)\}")

_TABLE: Final[tuple[Key, ...]] = (
    Key("step", "step", ("space",), "step", "Do the next step.", footer=1),
    Key("step_back", "step_back", ("b", "u"), "back", "Go back one step; nothing is lost.", footer=2),
    Key(
        "come_back",
        "come_back",
        ("backspace",),
        "come back",
        "In Objects: come back along the links followed; where none was, and elsewhere, go back one step.",
    ),
    Key(
        "event_forward",
        "micro(1)",
        ("full_stop",),
        "event",
        "Go one event further inside the next command.",
        footer=3,
        spare=1,
        footer_name="{event_forward} {event_back}",
    ),
    Key("event_back", "micro(-1)", ("comma",), "event back", "Go one event back; from the end of a command, into it."),
    Key(
        "change_forward",
        "seek(1)",
        ("right_curly_bracket",),
        "next change",
        "Go to the next step that moved spans: refill, growth, collection …",
    ),
    Key("change_back", "seek(-1)", ("left_curly_bracket",), "change before", "Go back to the previous step that moved spans."),
    Key("last_step", "edge_step(1)", ("greater_than_sign",), "to the end", "Do all steps that are left; {back} stops."),
    Key("first_step", "edge_step(-1)", ("less_than_sign",), "to the start", "Go back to the empty heap."),
    Key(
        "mark",
        "mark",
        ("m",),
        "mark",
        "Bookmark this step as m1, m2 …, for goto and diff; :mark NAME lets you choose the name.",
    ),
    Key(
        "version",
        "version",
        ("V",),
        "today's Go",
        "Do all steps again on today's version of Go, as a branch; on that, go back to the version before. :go V chooses one.",
    ),
    Key("prompt", "prompt", ("colon",), "command", "Type a command.", footer=4, first=True),
    Key(
        "next_pane",
        "turn(1)",
        ("tab",),
        "panes",
        "Go to the next pane; in the prompt, complete the word, then walk through what fits.",
        footer=5,
        spare=2,
        footer_name="{next_pane} {pane_spans}-{pane_objects}",
        first=True,
    ),
    Key("previous_pane", "turn(-1)", ("shift+tab",), "back", "Go to the previous pane; in the prompt, walk back.", first=True),
    *(Key(f"pane_{name}", f"pane('{name}')", (KEYS[name],), TITLES[name], text) for name, text in _GOING.items()),
    Key("zoom", "zoom", ("z",), "zoom", "Give one pane the whole screen, or go back to all of them."),
    Key("up", "move(-1, 0)", ("up", "k"), "up", "Select what is above.", "pane"),
    Key("down", "move(1, 0)", ("down", "j"), "down", "Select what is below.", "pane"),
    Key("left", "move(0, -1)", ("left", "h"), "left", "Select what is to the left, or the previous span.", "pane"),
    Key("right", "move(0, 1)", ("right", "l"), "right", "Select what is to the right, or the next span.", "pane"),
    Key("page_up", "page(-1)", ("pageup",), "page up", "Go a page up.", "pane"),
    Key("page_down", "page(1)", ("pagedown",), "page down", "Go a page down.", "pane"),
    Key("top", "edge(-1)", ("g", "home"), "top", "Go to the first row.", "pane"),
    Key("bottom", "edge(1)", ("G", "end"), "bottom", "Go to the last row.", "pane"),
    Key(
        "filter",
        "filter",
        ("slash",),
        "filter",
        "Filter Spans, mcentral, Objects (help there lists the fields), or events in the log; {back} clears the filter.",
        "filtered",
    ),
    Key(
        "next_match",
        "match(1)",
        ("n",),
        "next match",
        "Select the next match of the filter; after the last one comes the first.",
        "filtered",
    ),
    Key("previous_match", "match(-1)", ("N",), "previous match", "Select the previous match.", "filtered"),
    Key("sort", "sort(1)", ("s",), "sort", "Sort the pane that has the keyboard by its next column: Spans, Objects.", "sorted"),
    Key("sort_back", "sort(-1)", ("S",), "sort back", "Sort it by the previous column.", "sorted"),
    Key("reverse", "sort(0)", ("r",), "reverse", "Sort the other way round.", "sorted"),
    Key(
        "open",
        "enter",
        ("enter",),
        "open",
        " ".join(f"In {TITLES[name]}: {text}." for name, text in _ENTERING.items()),
        "entered",
    ),
    Key("lens", "lens", ("v",), "lens", "Look at the arena's pages through the next lens.", "arena"),
    Key("legend", "legend", ("L",), "legend", "Explain every letter and sign of the arena.", "arena"),
    Key(
        "map_wider",
        "map_zoom(1)",
        ("minus",),
        "wider",
        "Show twice as many pages per cell of the arena, up to the whole 512 GB.",
        "arena",
    ),
    Key("map_closer", "map_zoom(-1)", ("plus", "equals_sign"), "closer", "Show half as many pages per cell.", "arena"),
    Key("event_log", "event_log", ("e",), "events", "Switch Why to the event log: every decision of the last command, and back."),
    Key(
        "type_layout",
        "type_layout",
        ("t",),
        "type",
        "Show how the type of the selected object lies in memory: fields, padding, slot, and what would make it smaller.",
    ),
    Key("copy", "copy", ("y",), "copy", "Copy the address of what is selected to the clipboard (OSC 52: over SSH too)."),
    Key("copy_pane", "copy_pane", ("Y",), "copy pane", "Copy all that the pane shows, as text."),
    Key(
        "picture",
        "picture",
        ("P",),
        "picture",
        "Write what the screen shows as an SVG picture and as text, in the current directory.",
    ),
    Key("palette", "command_palette", ("ctrl+p",), "palette", "Find an action or a command by part of its name."),
    Key("help", "help", ("question_mark", "f1"), "help", "Explain the pane, the keys and the commands.", footer=6),
    Key(
        "back",
        "back",
        ("escape",),
        "back",
        "Leave the prompt, the help, an answer, a difference or the zoom; stop what takes long.",
    ),
    Key("quit", "quit", ("q", "ctrl+q"), "quit", "Leave gomem.", footer=7, first=True),
    Key("explain_quit", "explain_quit", ("ctrl+c",), "", "Only explain how to quit; nothing is lost.", first=True),
    Key("suspend", "suspend_process", ("ctrl+z",), "", "Put gomem to sleep; fg wakes it.", first=True),
)


# What PASSING ones do leaves no trace once gomem has ended: a key that ends it goes before many of them (waiting.py).  Those that
# only move a selection, or choose a pane, are done together where several of them wait.
MOVING: Final = frozenset({"up", "down", "left", "right", "page_up", "page_down", "top", "bottom"})
CHOOSING: Final = frozenset({"next_pane", "previous_pane", *(key.id for key in _TABLE if key.id.startswith("pane_"))})
PASSING: Final = (
    MOVING
    | CHOOSING
    | {"step", "step_back", "come_back", "event_forward", "event_back", "change_forward", "change_back"}
    | {"last_step", "first_step", "next_match", "previous_match", "back"}
)


class Keyboard:
    """The keys that hold: those of the table, but for actions to which `own` gives others, by id, with Textual's names.

    Those take a key from whichever action has it by default.
    """

    def __init__(self, own: Mapping[str, Sequence[str]] | None = None) -> None:
        self.own: Final = {action: tuple(dict.fromkeys(keys)) for action, keys in (own or {}).items()}
        taken = {key for keys in self.own.values() for key in keys}
        bound = {
            key.id: self.own[key.id] if key.id in self.own else tuple(name for name in key.keys if name not in taken)
            for key in _TABLE
        }
        names = {action: " ".join(map(shown, keys[:1])) for action, keys in bound.items()}
        self.keys: Final = tuple(
            replace(key, keys=bound[key.id], help=_filled(key.help, names), footer_name=_filled(key.footer_name, names))
            for key in _TABLE
        )
        self._names = names

    def name(self, action: str) -> str:
        """The first key of the action of this id, as people read it; nothing if it has none."""
        return self._names[action]

    def names(self, action: str) -> list[str]:
        """Returns all keys of an action, as people read them."""
        return next([shown(name) for name in key.keys] for key in self.keys if key.id == action)

    def bound(self, actions: Set[str]) -> dict[str, str]:
        """Returns the keys of these actions, by their ids, with what they trigger."""
        return {name: key.action for key in self.keys if key.id in actions for name in key.keys}

    def name_anywhere(self, action: str) -> str:
        """The first of its keys that does it whatever has the keyboard; nothing if it has none."""
        return next((shown(name) for key in self.keys if key.id == action for name in key.keys if key.goes_first(name)), "")

    def filled(self, text: str) -> str:
        """The text with first keys for ids in braces, `{back}`; nothing if one of those has no key."""
        return _filled(text, self._names)

    def footer(self, without: int = 0) -> list[tuple[str, str, str]]:
        """The keys in the footer, in order: their names, what they do, and the action of the first of them.

        Without so many that are spared first.
        """
        there = sorted((key for key in self.keys if key.footer and key.keys), key=lambda key: key.footer)
        spared = sorted((key for key in there if key.spare), key=lambda key: -key.spare)[:without]
        return [(key.footer_name or self.name(key.id), key.label, key.action) for key in there if key not in spared]

    def changed(self) -> dict[str, tuple[str, ...]]:
        """The actions that have other keys than by default, with what they have by default."""
        return {now.id: key.keys for key, now in zip(_TABLE, self.keys, strict=True) if now.keys != key.keys}


def _filled(text: str, names: Mapping[str, str]) -> str:
    """The text with the names of keys; nothing where one is missing."""
    return text.format_map(names) if all(names[action] for action in _REFERENCE.findall(text)) else ""


STANDARD: Final = Keyboard()
IDS: Final = tuple(key.id for key in _TABLE)
