"""What is known of a command before it is done: whether it can be done, and what it would do."""

from typing import Final

from gomem_core.lang import Command, ParseError
from gomem_core.lang.commands import Alloc, Drop
from gomem_core.session.commands import CHECK, CommandError, Context, foresee_drop
from gomem_core.session.whatif import what_if

_CHECKED: Final = 20_000  # objects, or new names, up to which a line is checked while it is typed


class Ahead:
    """Looks ahead from where a session stands."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def fault(self, command: Command, line: str) -> ParseError | None:
        """What is wrong with a command here, without doing it; None too where that takes long to find out."""
        check = CHECK.get(type(command))
        many = isinstance(command, Alloc) and command.times > _CHECKED
        if check is None or many or self._context.objects.alive > _CHECKED:
            return None
        try:
            check(self._context, command)
        except CommandError as e:
            return e.located(line)
        return None

    def foretell(self, command: Command | None) -> str:
        """What a command would do here, in a line; nothing where that is not known, or takes long to find out."""
        match command:
            case Alloc():
                return what_if(command, self._context.engine)
            case Drop():
                return foresee_drop(self._context, command)
            case _:
                return ""
