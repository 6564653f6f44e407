"""Traces that are no traces, that end too early, that are damaged or of another sort: a sentence, and what there is of them."""

import random

import pytest

from gomem_core.film.film import Film
from gomem_core.film.reading import PLAIN
from gomem_core.formats.gotrace.batches import TraceError, batches
from tests.film.recorded import film, trace

_NAME = "go1.27.3-std-sort"
_EVENTS = 17_000


def _header(text: str) -> bytes:
    return text.encode().ljust(16, b"\0")


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"", "no execution trace"),
        (b"go1.7 heap dump\n", "no execution trace"),
        (_header("go 1.x6 trace"), "no execution trace"),
        (_header("go 1.11 trace"), r"format of Go 1\.11"),
        (_header("go 1.21 trace"), r"format of Go 1\.21"),
        (_header("go 1.22 trace"), r"Go 1\.22"),
    ],
)
def test_what_has_nothing_to_show_is_refused_with_a_sentence(head: bytes, why: str) -> None:
    with pytest.raises(TraceError, match=why):
        Film(head, "it")


def test_a_later_format_is_read_as_the_last_known_one_and_that_is_said() -> None:
    data = _header("go 1.29 trace") + trace(_NAME)[16:]
    later = Film(data, "it").read()
    assert "after Go 1.27" in later.tables.faults[0]
    assert later.events == film(_NAME).events


def test_a_trace_without_the_experiment_says_how_to_get_one() -> None:
    data = trace(_NAME)
    kept, begin = [data[:16]], 16  # a batch begins where the one before it ends
    for batch in batches(data):
        if batch.holds not in ("events", "info", "types"):
            kept.append(data[begin : batch.end])
        begin = batch.end
    plain = Film(b"".join(kept), "it").read()
    assert plain.tables.faults == [PLAIN]
    assert plain.account(0) == (0, 0, 0)


def test_a_trace_that_ends_too_early_shows_what_it_has() -> None:
    data, whole = trace(_NAME), film(_NAME)
    shorter = 0
    for end in (17, 40, 1_000, 30_000, 70_001, len(data) - 7):
        cut = Film(data[:end], "it").read()
        assert cut.tables.faults
        assert cut.events >= shorter
        shorter = cut.events
        assert _slots(cut) <= _slots(whole)
    assert shorter > 0.9 * whole.events


def _slots(one: Film) -> set[tuple[int, int]]:
    """Addresses of all spans in which objects lie, each with the slots that were ever taken."""
    lives = one.tables.lives
    return {*zip(one.tables.spans["base"][lives["span"]].tolist(), lives["slot"].tolist(), strict=True)}


def test_no_damage_leads_to_anything_but_sentences() -> None:
    """Bytes are changed, lost and doubled: whatever comes of it can be asked, and nothing is raised."""
    rng, data = random.Random(15), trace(_NAME)
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(rng.choice((1, 3, 50))):
            at = rng.randrange(16, len(damaged))
            match rng.randrange(3):
                case 0:
                    damaged[at] = rng.randrange(256)
                case 1:
                    del damaged[at : at + rng.randrange(1, 40)]
                case _:
                    damaged[at:at] = damaged[at : at + rng.randrange(1, 40)]
        one = Film(bytes(damaged), "it").read()
        tables = one.tables
        assert one.account(one.events // 2).HeapObjects >= 0
        assert one.time(one.events) >= one.time(one.events // 2) >= 0
        assert (tables.lives["born"] <= tables.lives["freed"]).all()
        assert len(tables.lives) == 0 or int(tables.lives["span"].max()) < len(tables.spans)
        assert len(tables.faults) + sum(tables.anomalies.values()) > 0 or one.events > _EVENTS - 2_000


def test_sizes_that_no_heap_can_have_are_counted_and_cost_nothing() -> None:
    """A span of 2^60 pages, and a thousand of the longest that are believed."""
    huge = _span(1, 1 << 60) + b"".join(_span(n << 23, 1 << 23) for n in range(1_000))
    one = Film(_header("go 1.26 trace") + _batch(huge), "it").read()
    assert one.tables.anomalies.total() > 900
    assert len(one.tables.spans) < 10


def _uvarint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _span(first: int, npages: int) -> bytes:
    return bytes([129]) + b"".join(map(_uvarint, (1, first, npages, 10)))


def _batch(payload: bytes) -> bytes:
    return bytes([1]) + b"".join(map(_uvarint, (1, 0, 5, len(payload)))) + payload
