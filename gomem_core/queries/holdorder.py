"""What each object of a heap that is read keeps alive, for tables: it takes long, and waits until somebody asks for it."""

from typing import TYPE_CHECKING

from gomem_core.queries.graphs import graph_of
from gomem_core.queries.roworder import Choice, RowOrder, Work
from gomem_core.queries.spanfilter import BadFilter
from gomem_core.world.world import World

if TYPE_CHECKING:
    from gomem_core.queries.slotgraph import Held


class HoldOrder(RowOrder):
    """What each object keeps: worked out at once where there are few, else by whoever does `work`, once somebody asked for it."""

    def __init__(self, world: World, at_once: int | None = None) -> None:
        super().__init__(Choice("", descending=False), at_once)
        self._world = world
        self._asked = self._stopped = False

    def _read(self, text: str) -> object:  # noqa: ARG002 -- what all orders are asked
        raise BadFilter("what objects keep has no filter")

    def _is_plain(self, choice: Choice) -> bool:  # noqa: ARG002 -- the same
        """Whether it is known already, or can never be."""
        graph = graph_of(self._world) if self._asked else None
        return graph is None or graph.held is not None

    def total(self) -> int:
        """Objects."""
        graph = graph_of(self._world)
        return 0 if graph is None else len(graph)

    @property
    def behind(self) -> bool:
        """Whether somebody has to do `work`: only where it was asked for."""
        return self._asked and not self._stopped and super().behind

    def look_again(self) -> None:
        """Another look may be shown."""
        self._all, self._asked, self._stopped = True, False, False

    def refuse(self) -> None:
        """Stop: the user does not want to wait for it."""
        self._stopped = True

    def read(self) -> "Held | None":
        """What each object keeps; None where it is not known, or not yet."""
        self._asked = True
        if not self._stopped:
            self.catch_up()
        graph = graph_of(self._world)
        return None if graph is None else graph.held

    def work(self) -> Work:
        """Find it out."""
        graph = graph_of(self._world)
        if graph is not None:
            yield from graph.hold()
        return lambda: None
