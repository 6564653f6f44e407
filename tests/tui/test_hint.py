"""What the line below the prompt says while one types: what is wrong, as soon as no further key can make it right."""

import pytest

from gomem_core.offers import offers
from gomem_core.session import Session
from gomem_tui.hint import hint


@pytest.fixture(scope="module")
def session() -> Session:
    session = Session(narrate=True)
    for line in ("alloc 48 scan as node", "alloc 64 as buffer", "alloc 16 as gone", "drop gone"):
        assert session.submit(line).ok
    return session


def said(line: str, session: Session) -> str:
    return hint(line, session, offers(session.view, session.objects, session.timeline))


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("alloc 300 scan", "300 is no multiple of 8"),
        ("alloc 300 scan as x", "300 is no multiple of 8"),
        ("alloc 48 as node", "the name node is in use"),
        ("aloc", "alloc"),
        ("alloc x", "column 7"),
        ("alloc 48 skan", "scan"),
        ("drop nobody", "no object is called nobody"),
        ("link node.9 buffer", "word 9 of node cannot hold a pointer"),
        ("link buffer.0 node", "word 0 of buffer cannot hold a pointer"),
        ("link node.0 nobody", "no object is called nobody"),
        ("show object nobody", "no object is called nobody"),
        ("alloc 48 as node times 2 x", "column"),
    ],
)
def test_what_is_wrong_is_said_before_enter(line: str, part: str, session: Session) -> None:
    assert part in said(line, session)
    assert said(line, session).startswith("✗ ") or line.startswith("drop")


@pytest.mark.parametrize(
    "line",
    [
        "a",
        "allo",
        "alloc",
        "alloc ",
        "alloc 48 sc",
        "alloc 48 as",
        "alloc 48 as nod",
        "alloc 48 as gone",  # a dropped name is free again
        "link nod",
        "link node.0 buf",
        "show ob",
        "show object no",
        "gc",
        "goto",
    ],
)
def test_what_is_only_unfinished_is_not_called_wrong(line: str, session: Session) -> None:
    assert not said(line, session).startswith("✗ ")


def test_nothing_changes_while_one_types(session: Session) -> None:
    before = session.view.mem_stats(), len(session.objects), session.step
    for line in ("alloc 48 as y", "link node.0 buffer", "drop all", "show object node"):
        said(line, session)
    assert (session.view.mem_stats(), len(session.objects), session.step) == before
