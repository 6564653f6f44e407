"""Where the graph of a heap that is read is to be had (slotgraph.py): it is made when it is first asked for, and kept."""

from typing import TYPE_CHECKING, cast

from gomem_core.world.facts import Fact
from gomem_core.world.interrupt import StopRequest, finished
from gomem_core.world.objectcolumns import ObjectColumns
from gomem_core.world.slotobjects import ObjectTypes
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip
from gomem_core.world.world import World, unknown

if TYPE_CHECKING:
    from gomem_core.queries.slotgraph import Held, SlotGraph


def graph_of(world: World) -> "SlotGraph | None":
    """The links between the slots of a heap that is read; None where they are not known, or where a session has the objects."""
    still = world.shown if isinstance(world, Strip) else world
    if not isinstance(still, Still) or isinstance(still.rows, ObjectColumns):
        return None
    if still.doubt(Fact.ROOT) or unknown(still, "spans", "slots", "pointers"):
        return None
    if still.graph is None:
        from gomem_core.queries.slotgraph import SlotGraph  # noqa: PLC0415 -- numpy, which only heaps that are read need

        still.graph = SlotGraph(still)
    return cast("SlotGraph", still.graph)


def types_of(world: World) -> ObjectTypes:
    """The names of the types of what lies in the slots of a heap that is read, by their addresses, as far as they are known."""
    still = world.shown if isinstance(world, Strip) else world
    return {} if not isinstance(still, Still) or isinstance(still.rows, ObjectColumns) else still.rows


def hold_now(graph: "SlotGraph", stop: StopRequest | None = None) -> "Held":
    """What each object keeps, worked out now.  Raises Stopped where `stop` asks for it."""
    return finished(graph.hold(), stop)
