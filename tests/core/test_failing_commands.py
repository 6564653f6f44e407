"""A command that cannot be done changes nothing: it complains before it begins, or, out of memory, the heap is put back."""

import pytest

from gomem_core.classic.image import capture
from gomem_core.session.session import Session
from tests.inside import heap_of

BEFORE = (
    *("alloc 48 scan as a", "alloc 64 noscan as b", "alloc 8 as x times 3", "drop x.1 x.2", "procs 2", "alloc 24 head as h"),
    *("alloc 48 as gone", "drop gone", "gc mark"),
)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("alloc 48 as a", "the name a is in use"),
        ("alloc 8 as x times 3", "the name x.3 is in use"),  # two of three could be had
        ("alloc 1000000G", "makeslice: len out of range"),
        ("alloc 300G times 2", "out of memory"),  # the first one could be had
        ("drop a nobody", "no object is called nobody"),
        ("drop a b a", "a is named twice"),
        ("drop a gone", "gone was dropped at step"),
        ("drop a x.1..x.2", "none of x.1..x.2 is there to be dropped"),
        ("drop a o1..o99", "there are objects o1 to o"),
        ("drop a 0xc420000008", "no object begins at 0xc420000008"),
        ("link a.0 nobody", "no object is called nobody"),
        ("link nobody.0 a", "no object is called nobody"),
        ("link a.6 b", "word 6 of a cannot hold a pointer"),
        ("link b.0 a", "it was allocated noscan"),
        ("link a.0 gone", "nothing live links to it"),
        ("unlink h.1", "only word 0 can"),
        ("unlink gone.0", "nothing live links to it"),
        ("p 2", "there is no P2"),
        ("show object nobody", "no object is called nobody"),
    ],
)
def test_a_command_that_cannot_be_done_changes_nothing(line: str, complaint: str) -> None:
    session = Session()
    for done in BEFORE:
        assert session.submit(done).ok, done
    heap, objects = heap_of(session), session.objects
    image, now = capture(heap), heap.mheap.now
    known = [(objects.info(oid), objects.is_alive(oid)) for oid in range(len(objects))]
    outcome = session.submit(line)
    assert outcome.error is not None
    assert complaint in outcome.error.message
    assert capture(heap) == image
    assert heap.mheap.now == now
    assert [(objects.info(oid), objects.is_alive(oid)) for oid in range(len(objects))] == known
    assert list(session.history) == list(BEFORE)
