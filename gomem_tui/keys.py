"""Every key, declared once by the action it triggers: bindings, footer and help read this table."""

from dataclasses import dataclass
from typing import Final, Literal

Scope = Literal["app", "pane", "spans", "arena"]


@dataclass(frozen=True, slots=True)
class Key:
    """An action: its keys (Textual's names; the first is shown), a word for the footer, a sentence for the help."""

    action: str
    keys: tuple[str, ...]
    label: str
    help: str
    scope: Scope = "app"
    footer: int = 0  # place in the footer, 0: not there
    footer_name: str = ""  # how the footer names the keys, where the first key is not the whole story
    first: bool = False  # goes before what Textual itself does with the key


KEYS: Final[tuple[Key, ...]] = (
    Key("step", ("space",), "step", "Do the next step.", footer=1),
    Key("step_back", ("b", "backspace", "u"), "back", "Go back one step; nothing is lost.", footer=2),
    Key("micro(1)", ("full_stop",), "event", "Go one event further inside the next command.", footer=3, footer_name=". ,"),
    Key("micro(-1)", ("comma",), "event back", "Go one event back, also into the command that was done last."),
    Key("seek(1)", ("right_curly_bracket",), "next change", "Go to the next step that moved spans: refill, growth, collection …"),
    Key("seek(-1)", ("left_curly_bracket",), "change before", "Go to the step before that did."),
    Key("edge_step(1)", ("greater_than_sign",), "to the end", "Do all steps that are left; esc stops."),
    Key("edge_step(-1)", ("less_than_sign",), "to the start", "Go back to the empty heap."),
    Key("mark", ("m",), "mark", "Give this step a name, for goto and diff."),
    Key("prompt", ("colon",), "command", "Type a command.", footer=4, first=True),
    Key(
        "turn(1)",
        ("tab",),
        "panes",
        "Go to the next pane; in the prompt, complete the word, then walk through what fits.",
        footer=5,
        footer_name="tab 1-9",
        first=True,
    ),
    Key("turn(-1)", ("shift+tab",), "back", "Go to the pane before; in the prompt, walk back.", first=True),
    Key("pane(1)", ("1",), "Spans", "Go to the spans table."),
    Key("pane(2)", ("2",), "Arena", "Go to the arena page map."),
    Key("pane(3)", ("3",), "Bitmap", "Go to the bitmap."),
    Key("pane(4)", ("4",), "mcentral", "Go to the mcentral lists."),
    Key("pane(5)", ("5",), "mcache", "Go to the mcaches of the Ps."),
    Key("pane(6)", ("6",), "Why", "Go to Why, to scroll it."),
    Key("pane(7)", ("7",), "Heap", "Go to the account of the heap: free pages, every byte, what wastes most."),
    Key("pane(8)", ("8",), "Layout", "Go to the layout of the process."),
    Key("pane(9)", ("9",), "Objects", "Go to the objects."),
    Key("zoom", ("z",), "zoom", "Give one pane all the room, and take it back."),
    Key("move(-1, 0)", ("up", "k"), "up", "Select what is above.", "pane"),
    Key("move(1, 0)", ("down", "j"), "down", "Select what is below.", "pane"),
    Key("move(0, -1)", ("left", "h"), "left", "Select what is to the left, or the span before.", "pane"),
    Key("move(0, 1)", ("right", "l"), "right", "Select what is to the right, or the next span.", "pane"),
    Key("page(-1)", ("pageup",), "page up", "Go a page up.", "pane"),
    Key("page(1)", ("pagedown",), "page down", "Go a page down.", "pane"),
    Key("edge(-1)", ("g", "home"), "top", "Go to the first row.", "pane"),
    Key("edge(1)", ("G", "end"), "bottom", "Go to the last row.", "pane"),
    Key(
        "filter",
        ("slash",),
        "filter",
        "Filter the spans table: class:5 used<50%, or a regular expression; esc clears it.",
        "spans",
    ),
    Key("match(1)", ("n",), "next match", "Select the next match of the filter; behind the last one comes the first.", "spans"),
    Key("match(-1)", ("N",), "match before", "Select the match before.", "spans"),
    Key("sort(1)", ("s",), "sort", "Sort the spans table by its next column.", "spans"),
    Key("sort(0)", ("r",), "reverse", "Sort the other way round.", "spans"),
    Key("enter", ("enter",), "open", "In Heap: go to the mcentral of the selected class.", "pane"),
    Key("lens", ("v",), "lens", "Look at the arena's pages through the next lens.", "arena"),
    Key("map_zoom(1)", ("minus",), "wider", "Show twice as many pages a cell of the arena, up to the whole 512 GB.", "arena"),
    Key("map_zoom(-1)", ("plus", "equals_sign"), "closer", "Show half as many pages a cell.", "arena"),
    Key("event_log", ("e",), "events", "Switch Why to the event log: every decision of the last command, and back."),
    Key("copy", ("y",), "copy", "Copy the address of what is selected to the clipboard (OSC 52: over SSH too)."),
    Key("copy_pane", ("Y",), "copy pane", "Copy all that the pane shows, as text."),
    Key("picture", ("P",), "picture", "Write what the screen shows as an SVG picture and as text, in the current directory."),
    Key("command_palette", ("ctrl+p",), "palette", "Find an action by a part of its name."),
    Key("help", ("question_mark", "f1"), "help", "Show the keys and the commands.", footer=6),
    Key("back", ("escape",), "back", "Leave the prompt, the help or the zoom; stop what takes long."),
    Key("quit", ("q", "ctrl+q"), "quit", "Leave gomem.", footer=7),
    Key("explain_quit", ("ctrl+c",), "", "Nothing: it tells how to quit, and destroys nothing.", first=True),
    Key("suspend_process", ("ctrl+z",), "", "Put gomem to sleep; fg wakes it."),
)

_SHOWN: Final = {
    "colon": ":",
    "question_mark": "?",
    "escape": "esc",
    "pageup": "page-up",
    "pagedown": "page-down",
    "minus": "-",
    "plus": "+",
    "equals_sign": "=",
    "slash": "/",
    "full_stop": ".",
    "comma": ",",
    "right_curly_bracket": "}",
    "left_curly_bracket": "{",
    "greater_than_sign": ">",
    "less_than_sign": "<",
}
_SHOWN_ARROWS: Final = {"up": "↑", "down": "↓", "left": "←", "right": "→"}


def shown(key: str) -> str:
    """A key's name as people read it."""
    return _SHOWN.get(key) or _SHOWN_ARROWS.get(key) or key


def footer_keys() -> list[Key]:
    """The keys in the footer, in order."""
    return sorted((key for key in KEYS if key.footer), key=lambda key: key.footer)
