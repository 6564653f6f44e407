"""The one table of commands, which parser, completion, help, batch mode and docs read.

It is written down in three parts by subject, and `help`, which needs to know all others, is added here.
"""

from functools import partial
from typing import Final

from gomem_core.lang import table_heap, table_look, table_objects
from gomem_core.lang.commands import Help
from gomem_core.lang.errors import WordError, nearest, shown
from gomem_core.lang.grammar import CommandSpec, Operand, Shape
from gomem_core.lang.names import RESERVED
from gomem_core.lang.operands import offer

_SPECS = (*table_objects.SPECS, *table_heap.SPECS, *table_look.SPECS)
_TOPICS = {**{spec.name: spec.summary for spec in _SPECS}, "help": "List the commands, or explain one."}


def _read_topic(word: str) -> str:
    spec = BY_WORD.get(word)
    if spec is None:
        raise WordError(f"{shown(word)} is no command", MEANT.get(word.lower()) or nearest(word, _TOPICS))
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
BY_WORD: Final = {word: spec for spec in REGISTRY for word in (spec.name, *spec.aliases)}
MEANT: Final = {word: spec.name for spec in REGISTRY for word in spec.meant}  # only for suggestions

# Words of one letter stay free for users: `p` is too good a name for an object.
RESERVED.update(word for spec in REGISTRY for word in spec.words() if len(word) > 1)
