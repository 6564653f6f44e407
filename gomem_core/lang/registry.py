"""The one table of commands, which parser, completion, help, batch mode and docs read.

It is written down in six parts by subject, and `help`, which needs to know all others, is added here.
"""

from functools import partial
from typing import Final

from gomem_core.lang import table_heap, table_look, table_moves, table_objects, table_statements, table_types
from gomem_core.lang.commands import Help
from gomem_core.lang.errors import WordError, shown
from gomem_core.lang.grammar import CommandSpec, Operand, Shape
from gomem_core.lang.operands import offer
from gomem_core.regex import regex
from gomem_core.suggest import nearest

_SPECS = (
    *table_objects.SPECS,
    *table_heap.SPECS,
    *table_look.SPECS,
    *table_types.SPECS,
    *table_statements.SPECS,
    *table_moves.SPECS,
)
_TOPICS = {**{spec.name: spec.summary for spec in _SPECS}, "help": "List the commands, or explain one."}


def _read_topic(word: str) -> str:
    spec = BY_WORD.get(word)
    if spec is None:
        raise WordError(f"{shown(word)} is not a command", MEANT.get(word.lower()) or nearest(word, _TOPICS))
    return spec.name


_HELP = CommandSpec(
    name="help",
    aliases=("h", "?"),
    meant=("man", "usage"),
    shapes=(
        Shape(
            partial(Help, topic=None),
            operands=(
                Operand(
                    "topic",
                    "COMMAND",
                    "a command",
                    _read_topic,
                    offer(_TOPICS),
                    tuple(_TOPICS),
                    required=False,
                ),
            ),
        ),
    ),
    summary=_TOPICS["help"],
    help="The explanation has the forms, what the words mean, and examples that run as they stand.",
    examples=("help", "help alloc"),
)

REGISTRY: Final = (*_SPECS, _HELP)
OF_AN_ALLOCATOR: Final = frozenset(  # commands that need one, or steps: a heap that is only read refuses them
    (
        *(spec.name for spec in (*table_objects.SPECS, *table_statements.SPECS, *table_heap.SPECS)),
        *("invariants", "say", "pause", "whatif", "go", "compare"),
    )
)
BY_WORD: Final = {word: spec for spec in REGISTRY for word in (spec.name, *spec.aliases)}
MEANT: Final = {word: spec.name for spec in REGISTRY for word in spec.meant}  # only for suggestions
IN_A_SHELL: Final = {  # subcommands of gomem that are no commands here: what does the same here, and how it is written
    **dict.fromkeys(("attach", "bench", "completions", "config", "convert", "core", "keys", "learn", "serve"), ("", "")),
    "classes": ("show classes prints them", "show classes"),
    "top": ("the pane Types has it", "focus types"),
}


def _texts() -> str:
    """A pattern of the beginnings of lines that end in a text as typed, such as `say` and `expect error`."""
    heads = [
        rf"{word}[ \t]+{shape.word}" if shape.word else word
        for spec in REGISTRY
        for shape in spec.shapes
        for word in (spec.name, *spec.aliases)
        if shape.operands and shape.operands[0].rest == "line"
    ]
    return rf"[ \t]*(?:{'|'.join(heads)})(?![^ \t\r\n])"


TEXT_FOLLOWS: Final = regex(_texts())
