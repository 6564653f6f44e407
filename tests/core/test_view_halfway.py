"""What the view says of a span is true after every event, also in the middle of a command."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from gomem_core.classic.engine import ClassicEngine
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mspan import MSpanList
from gomem_core.go.events import Event
from gomem_core.go.versions import GO_1_10
from gomem_core.lang import parse
from gomem_core.modern.engine import ModernEngine
from gomem_core.modern.view import HeapView
from gomem_core.session.commands.context import CommandError, Context
from gomem_core.session.commands.table import EXECUTE
from gomem_core.world.objects import ObjectTable
from tests.inside import machine_of
from tests.versions import ANY_VERSION, session_of

LINES = [
    "alloc 512 scan",
    "alloc 48 times 300",
    "alloc 900000",  # leaves a free span of less than 128 pages
    "alloc 3M",
    "alloc 40000 times 5",
    "alloc 32768",
    "drop all",
    "gc",
    "gc mark",
    "gc sweep 2",
    "flush",
    "freeos",
]


def lists(heap: Heap) -> dict[int, str]:
    """The list of each span that hangs on one, found by walking them all."""
    h = heap.mheap
    chains: list[tuple[str, MSpanList]] = [(f"free[{n}]", chain) for n, chain in enumerate(h.free)]
    chains += [(f"busy[{n}]", chain) for n, chain in enumerate(h.busy)]
    chains.append(("busylarge", h.busylarge))
    for spanclass in GO_1_10.central_classes:
        chains += [("nonempty", heap.central[spanclass].nonempty), ("empty", heap.central[spanclass].empty)]
    found = {s.start_addr: name for name, chain in chains for s in chain.spans()}
    return found | {s.start_addr: "freelarge" for s in h.freelarge.spans()}


def queues(heap: ModernEngine) -> dict[int, str]:
    """The same of the queues that later versions have."""
    found: dict[int, str] = {}
    for c in heap.central:
        queues = c.partial_swept, c.partial_unswept, c.full_swept, c.full_unswept
        for name, queue in zip(heap.profile.central_names, queues, strict=True):
            found |= {s.start_addr: name for s in queue if queue in (c.partial_swept, c.full_swept) or c.waits(s)}
    return found


@given(lines=st.lists(st.sampled_from(LINES), max_size=8), version=ANY_VERSION)
def test_a_span_names_the_list_that_holds_it_after_every_event(lines: list[str], version: str) -> None:
    heap = machine_of(session_of(version)).engine
    world = heap.world
    context = Context(heap, world, ObjectTable())

    def listen(event: Event) -> None:
        if isinstance(heap, ClassicEngine):
            heap.world.spans.follow(event)
        if event.kind in ("lock_taken", "slot_taken", "mcache_hit", "class_chosen"):  # many, at which nothing moves
            return
        if isinstance(heap, ModernEngine):
            held = queues(heap)
            assert world.spans.rows() == HeapView(heap).spans.rows(), event
        else:
            assert isinstance(heap, Heap)
            held = lists(heap)
        assert {s.base: s.list_name for s in world.spans.each()} == {s.base: held.get(s.base, "") for s in world.spans.each()}, (
            event
        )

    heap.set_trace(listen)
    for line in lines:
        command = parse(line)
        with suppress(CommandError):
            EXECUTE[type(command)](context, command)
