"""The span classes through a filter: for the mcentral pane."""

from gomem_core.lang.commands import Filter
from gomem_core.queries.roworder import Choice, RowOrder, Work
from gomem_core.queries.spanfilter import central_fields, keep, read_filters
from gomem_core.world.world import World
from gomem_tui.render.mcentral import listed_classes


class ClassOrder(RowOrder):
    """Rows: the span classes that pass a filter; those whose mcentral was asked come first."""

    def __init__(self, world: World) -> None:
        super().__init__(Choice("asked", descending=False))
        self._world = world
        self._rows: list[int] = []
        self._asked: list[int] | None = None  # to know that is to look at each
        self._listed: list[int] = []  # all of them

    def _read(self, text: str) -> tuple[Filter, ...] | None:
        return read_filters("mcentral", text) or None

    def _is_plain(self, choice: Choice) -> bool:
        return choice.test is None

    def total(self) -> int:
        """Span classes that have an mcentral."""
        return len(self._world.profile.central_classes)

    def look_again(self) -> None:
        """The heap changed."""
        self._all = True
        self._asked = None

    def rows(self) -> list[int]:
        """The classes."""
        self.catch_up()
        return self._every() if self.plain else self._rows

    def asked(self) -> list[int]:
        """The classes whose mcentral was asked."""
        if self._asked is None:
            self._asked = self._world.lists.asked()
            self._listed = listed_classes(self._world, self._asked)
        return self._asked

    def _every(self) -> list[int]:
        self.asked()
        return self._listed

    def work(self) -> Work:
        """Look at all classes, which are few."""
        wanted = self._wanted
        yield None
        rows = [spanclass for spanclass in self._every() if self._passes(spanclass, wanted.test)]

        def take() -> None:
            if self._taken(wanted):
                self._rows = rows

        return take

    def _passes(self, spanclass: int, filters: tuple[Filter, ...]) -> bool:
        return keep(central_fields(self._world.lists.central(spanclass), self._world.profile), filters)
