"""All panes of one model."""

from collections.abc import Callable

from gomem_tui.panes.advise import AdvisePane
from gomem_tui.panes.arena import ArenaPane
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.bitmap import BitmapPane
from gomem_tui.panes.heap import HeapStatsPane
from gomem_tui.panes.layout import LayoutPane
from gomem_tui.panes.mcache import McachePane
from gomem_tui.panes.mcentral import McentralPane
from gomem_tui.panes.model import Model
from gomem_tui.panes.objects import ObjectsPane
from gomem_tui.panes.spans import SpansPane
from gomem_tui.panes.types import TypesPane
from gomem_tui.panes.why import WhyPane
from gomem_tui.settings.keys import Keyboard


class Panes:
    """The panes; `columns` returns how wide the line is that tells short answers instead of Why."""

    def __init__(self, model: Model, keyboard: Keyboard, columns: Callable[[], int]) -> None:
        self.spans = SpansPane(model)
        self.objects = ObjectsPane(model)
        self.types = TypesPane(model)
        self.arena = ArenaPane(model, keyboard)
        self.layout = LayoutPane(model)
        self.bitmap = BitmapPane(model)
        self.mcentral = McentralPane(model)
        self.mcache = McachePane(model)
        self.heap = HeapStatsPane(model, lambda: model.session.account, lambda: model.heap_live)
        self.advise = AdvisePane(model, keyboard)
        self.why = WhyPane(model, keyboard, columns)

    @property
    def of_heap(self) -> tuple[HeapPane, ...]:
        """Returns the panes that share the room between header and Why, in the order in which they fill it."""
        return (
            *(self.spans, self.objects, self.types, self.arena, self.layout),
            *(self.bitmap, self.mcentral, self.mcache, self.heap, self.advise),
        )

    @property
    def all(self) -> tuple[HeapPane, ...]:
        """Returns all of them, from the top down."""
        return (*self.of_heap, self.why)

    def named(self, name: str) -> HeapPane:
        """Returns the pane with this id."""
        return next(pane for pane in self.all if pane.id == name)
