"""An image holds everything: heaps are compared object by object, without the help of the image's own list of fields."""

from array import array
from collections import deque
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gomem_core.both.slots import Slots
from gomem_core.classic.engine import ClassicEngine
from gomem_core.classic.freelarge import Treap
from gomem_core.classic.image import capture, restore
from gomem_core.classic.malloc import Heap
from gomem_core.classic.scavenge import scavenge
from tests.core.lines import LineMaker
from tests.core.player import Player
from tests.effort import effort
from tests.inside import heap_of

# No state of the heap: the narration's sink, the counter of border changes, how best fit remembers its spans, who looks at it,
# how far slots were looked at already, which of them the books know, and how roots, words and references to tiny objects are
# kept, which is told below.
_KEPT = {"counted", "_root_bits", "rooted_addr", "alike", "alike_to", "_words", "tiny_refs"}
NO_STATE = {"trace", "version", "freelarge", "new_chunk", "world", "ahead", "run_end", "free_behind", "_near", *_KEPT}
PLAIN = (int, float, str, bytes, bytearray, array, type(None))


def _own(cls: type) -> tuple[str, ...]:
    """The fields that a class has besides those of its bases, whether it is compiled or not."""
    own: tuple[str, ...] = getattr(cls, "__mypyc_attrs__", getattr(cls, "__slots__", ()))
    return own


def slots_of(thing: object) -> list[str]:
    return [name for cls in type(thing).__mro__ for name in _own(cls)]


def everything(heap: Heap) -> list[object]:
    """All that can be reached from the heap, breadth first; what was met before is told by its number."""
    numbers = {id(heap): 0}
    kept: list[object] = [heap]  # ids stay unique as long as their objects live
    todo = deque(kept)
    told: list[object] = [[s.start_addr for s in heap.mheap.freelarge.spans()]]

    def tell(value: object) -> object:
        if value == {}:
            return None  # a span that stored pointers once, and one that never did, mean the same
        if isinstance(value, PLAIN):
            return bytes(value) if isinstance(value, bytearray) else value
        if id(value) not in numbers:
            numbers[id(value)] = len(kept)
            kept.append(value)
            todo.append(value)
        return "number", numbers[id(value)]

    while todo:
        thing = todo.popleft()
        told.append(type(thing).__name__)
        if isinstance(thing, dict):
            told.append(sorted((key, tell(thing[key])) for key in sorted(thing)))
        elif isinstance(thing, list | tuple):
            told.append([tell(value) for value in thing])
        else:
            names = [name for name in slots_of(thing) if name not in NO_STATE and hasattr(thing, name)]
            assert names or not hasattr(thing, "__dict__"), f"{type(thing).__name__} hides its state"
            told.append([(name, tell(getattr(thing, name))) for name in names])
            if isinstance(thing, Slots):
                told += [thing.alloc_count, thing.root_bits, thing.words_now(), bytes(thing.tiny_refs or ()).rstrip(b"\0")]
    return told


def random_heap(r: Random, count: int) -> Heap:
    player = Player(careful=False)
    maker = LineMaker(player.oracle)
    for _ in range(count):
        player.play(maker.any(r))
    return heap_of(player.session)


@settings(phases=(Phase.explicit, Phase.reuse, Phase.generate), max_examples=effort(4, 200))
@given(r=st.randoms(use_true_random=False), count=st.integers(1, 80))
def test_a_restored_heap_is_the_same_object_by_object(r: Random, count: int) -> None:
    heap = random_heap(r, count)
    fresh = ClassicEngine()
    restore(fresh, capture(heap))
    assert everything(fresh) == everything(heap)


def test_a_long_life_is_restored_too() -> None:
    heap = random_heap(Random(3), 600)
    fresh = ClassicEngine()
    restore(fresh, capture(heap))
    assert everything(fresh) == everything(heap)


def test_the_age_of_free_spans_is_restored() -> None:
    heap = Heap(gcpercent=-1)
    heap.set_now(100)
    heap.mallocgc(48)
    fresh = ClassicEngine()
    restore(fresh, capture(heap))
    assert scavenge(fresh.mheap, 150, 60) == 0
    assert scavenge(fresh.mheap, 170, 60) == 127 * 8192


def test_an_image_stays_as_it_is_when_the_heap_goes_on() -> None:
    heap = random_heap(Random(4), 100)
    image = capture(heap)
    fresh = ClassicEngine()
    restore(fresh, image)
    for _ in range(50):
        fresh.write_pointer(fresh.mallocgc(48, 48), 2, heap.zerobase)
    fresh.gc.collect()
    again = Heap()
    restore(again, image)
    assert capture(again) == image == capture(heap)


def test_heaps_with_a_treap_have_no_image() -> None:
    with pytest.raises(TypeError, match="best fit"):
        capture(Heap(freelarge=Treap(lambda: 1)))
