"""What enter does: it goes from what is selected in a pane to what that stands for, in the same pane or in another one."""

from collections.abc import Callable

from gomem_core.lang.moves import Pane
from gomem_core.named import NamedTuple
from gomem_tui.panes.model import Model
from gomem_tui.panes.panes import Panes


class Entered(NamedTuple):
    """Where enter led: what is to be said, which filter another pane has now, and what is said of that."""

    said: str = ""  # why it led nowhere, or where a link leads
    filter: str = ""  # of the other pane
    shown: str = ""  # which pane that is, and what it shows


def enter(panes: Panes, model: Model, pane: Pane, choose: Callable[[Pane], None]) -> Entered:
    """Go from a class of Heap to its mcentral, along a link, from a type or shape to its objects, from advice to its spans.

    `choose` gives another pane the keyboard.  Where a pane does not know what it is about, it says so itself.
    """
    if panes.named(pane).unknown:
        return Entered()
    match pane:
        case "objects":
            return Entered(panes.objects.follow_link())
        case "types":
            return _to_objects(panes, model, choose)
        case "advise":
            return _to_spans(panes, model, choose)
        case "heap":
            told = panes.heap.no_mcentral()
            if not told:
                panes.mcentral.go_to_selected()
                choose("mcentral")
            return Entered(told)
        case _:
            return Entered()


def _to_objects(panes: Panes, model: Model, choose: Callable[[Pane], None]) -> Entered:
    """Show the objects of the selected type; of a shape all of its size, with pointers or without."""
    told, wanted, besides = panes.types.objects_filter()
    if not wanted:
        return Entered(told)
    wrong = model.filter(wanted, pane="objects")
    choose("objects")
    panes.objects.start()
    return Entered(wrong, wanted, f"Objects: {wanted}{besides and ', '}{besides}")


def _to_spans(panes: Panes, model: Model, choose: Callable[[Pane], None]) -> Entered:
    """Show the spans of which the selected line of advice speaks."""
    line = panes.advise.line()
    if line is None:
        return Entered("The advice is not worked out yet.")
    wrong = model.filter(line.filter)
    choose("spans")
    panes.spans.start()
    if not model.order.behind:
        panes.spans.select_row(0)
    return Entered(wrong, line.filter, f"Spans: {line.filter or 'all of them'}")
