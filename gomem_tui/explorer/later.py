"""What a first picture does without: imported once it stands, a module at a time, so that no key waits for all of them."""

from collections.abc import Callable
from importlib import import_module
from typing import Final

LATER: Final = (  # each with what it alone imports: some milliseconds
    "gomem_core.queries.show_one",
    "gomem_core.session.commands.table",
    "gomem_core.session.ahead",
    "gomem_core.session.commands.moves",
)


def import_later(later: Callable[[Callable[[], None]], object], then: Callable[[], None]) -> None:
    """Import them, and then do something; `later` is told what is to be done once all messages are that wait already."""
    names = iter(LATER)

    def go_on() -> None:
        name = next(names, None)
        if name is None:
            then()
        else:
            import_module(name)
            later(go_on)

    later(go_on)
