"""`alloc N every 4`: objects in which every fourth word is a pointer, from the language to stills and back."""

import gzip

import pytest

from gomem_core.files.stillfile import still_bytes
from gomem_core.files.stillfile.reading import read_still
from gomem_core.lang import complete, format_command, parse
from gomem_core.lang.commands import Alloc
from gomem_core.queries.objectorder import ObjectOrder
from gomem_core.session.candidates import offers
from gomem_core.session.session import Session
from gomem_core.session.stills import still_of


def played(*lines: str) -> Session:
    session = Session(narrate=True)
    for line in lines:
        outcome = session.submit(line)
        assert outcome.ok, f"{line}: {outcome.error}"
    return session


def test_it_is_written_as_it_is_read() -> None:
    command = Alloc(96, "every4", "a", 3)
    assert parse("alloc 96 as a every 4 times 3") == command
    assert format_command(command) == "alloc 96 every 4 as a times 3"


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("alloc 96 every 3", 16, "only every 4 can be said"),
        ("alloc 96 scan every 4", 15, "every contradicts scan"),
        ("alloc 96 every 4 scan", 18, "scan contradicts every 4"),
        ("alloc 8 every 4", 7, "of a pointer word and at least one more"),
        ("alloc 42 every 4", 7, "not a multiple of 8; every 4 objects"),
        ("alloc 96 every", 15, "4 is missing after every"),
    ],
)
def test_what_it_cannot_be(line: str, column: int, message: str) -> None:
    error = Session().submit(line).error
    assert error is not None
    assert message in error.message
    assert error.column == column


def test_links_begin_in_every_fourth_word_alone() -> None:
    session = played("alloc 96 every 4 as a", "alloc 48 as b")
    allowed = [word for word in range(13) if session.submit(f"link a.{word} b").ok]
    assert allowed == [0, 4, 8]
    refused = session.submit("link a.9 b")
    assert refused.error is not None
    assert refused.error.message == "word 9 of a cannot hold a pointer: every fourth word can, from 0 to 8"
    text = "link a."
    assert [item.text for item in complete(text, len(text), offers(session))] == ["a.0", "a.4", "a.8"]


def test_a_collection_follows_them() -> None:
    session = played("alloc 96 every 4 as a", "alloc 48 as b", "alloc 48 as c", "link a.8 b", "drop b c", "gc")
    alive = [session.world.slots.sets(span.base) for span in session.world.spans.rows() if span.state == "inuse"]
    assert alive == [(1, 1), (1, 1)], "b lies in the first slot of its span and is kept; c is swept"


def test_a_filter_and_a_still_know_them() -> None:
    session = played("alloc 96 every 4 as a", "alloc 96 head as h", "alloc 96 scan", "alloc 40960 every 4 as big", "alloc 96")
    order = ObjectOrder(session.world, session.objects)
    order.filter("kind:every4")
    assert [session.objects.name(order.oid(row)) for row in range(len(order))] == ["big", "a"]
    order.filter("kind:head")
    assert [session.objects.name(order.oid(row)) for row in range(len(order))] == ["h"]
    still = read_still(gzip.decompress(still_bytes(still_of(session, "every fourth", whole=True))))
    assert [still.objects.info(oid).words for oid in (0, 3)] == [range(0, 9, 4), range(0, 5117, 4)]
    for oid in (0, 3):
        addr = session.objects.addr(oid)
        assert still.slots.words(addr, 5120) == session.world.slots.words(addr, 5120)
        assert [w.pointer for w in still.slots.words(addr, 10)] == [True, False, False, False] * 2 + [True, False]
    gone_on = Session(base=still)
    assert gone_on.submit("link big.5116 a").ok
    assert not gone_on.submit("link big.5117 a").ok
