"""A table from the type of a parsed command to the function that does it.

With all that commands need it is a twentieth of the time to a first picture, for which nothing is done: whoever does the first
command imports it.
"""

from collections.abc import Callable
from typing import Any, Final

from gomem_core.report import Result
from gomem_core.session.commands.context import Context
from gomem_core.session.commands.declare import CHECK_TYPES, EXECUTE_TYPES
from gomem_core.session.commands.heap import CHECK_HEAP, EXECUTE_HEAP
from gomem_core.session.commands.look import CHECK_LOOK, EXECUTE_LOOK
from gomem_core.session.commands.objects import CHECK_OBJECTS, EXECUTE_OBJECTS
from gomem_core.session.commands.scenes import EXECUTE_SCENES
from gomem_core.session.commands.statements import EXECUTE_STATEMENTS

# Any: the key says which command the function takes, which a dict's type cannot express.
EXECUTE: Final[dict[type, Callable[[Context, Any], Result]]] = {
    **EXECUTE_OBJECTS,
    **EXECUTE_STATEMENTS,
    **EXECUTE_HEAP,
    **EXECUTE_TYPES,
    **EXECUTE_LOOK,
}
STEPS: Final = EXECUTE | EXECUTE_SCENES  # what a step of a file can be: at the prompt, the last are moves through the session
# What is wrong with a command, known without doing it; for those about which there is something to know.
CHECK: Final[dict[type, Callable[[Context, Any], None]]] = {
    **CHECK_OBJECTS,
    **CHECK_HEAP,
    **CHECK_TYPES,
    **CHECK_LOOK,
}
LOOKS: Final = frozenset(EXECUTE_LOOK)  # these change nothing
