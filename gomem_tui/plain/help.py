"""The help of plain text: what there is besides the commands."""

from typing import Final

_HELP: Final = (
    ("Enter", "do the next step"),
    ("next or .", "go one event further inside the next command;  ,  goes one back"),
    ("}", "go to the next step that moved spans;  {  to the one before"),
    (">", "do all steps that are left;  <  goes back to the empty heap"),
    ("pane NAME", "print a pane: spans, arena, bitmap, mcentral, mcache, why, heap,"),
    ("", "layout, objects, types, advise; pane NAME 100 prints 100 rows"),
    ("screen", "print all panes"),
    ("log", "print every decision of the last command"),
    ("keys", "print this; help prints the commands too, help alloc explains one"),
    ("quit", "leave gomem; so does ctrl+d"),
)


def plain_help() -> str:
    """A line for each word and sign that plain text has besides the commands; at most 78 columns."""
    listed = "\n".join(f"  {word:<11}{about}".rstrip() for word, about in _HELP)
    return f"A line does what a key does on the screen. Besides the commands there are\n{listed}"
