"""What is told of other sessions and branches: whole sentences that fit into 80 columns."""

import pytest

from gomem_core.files.journal import unfinished
from gomem_core.files.journal.file import journal_directory
from gomem_core.files.journal.line import encode
from gomem_core.session.session import Session
from gomem_core.world.interrupt import Progress
from gomem_tui.hint import forked, offer, progress
from tests.core.journals import made

MINUTE, HOUR, DAY = 60, 3600, 86400


def told(content: bytes, seconds: int) -> str:
    made(journal_directory(), "a", content)
    summary = unfinished()[0]
    return offer(summary, summary.stamp.modified + seconds * 10**9, ":resume")


@pytest.mark.parametrize(
    ("seconds", "ago"),
    [
        *((0, "just now"), (59, "just now"), (MINUTE, "1 min ago"), (59 * MINUTE, "59 min ago"), (HOUR, "1 h ago")),
        *((47 * HOUR, "47 h ago"), (2 * DAY, "2 days ago"), (900 * DAY, "900 days ago"), (-5, "just now")),
    ],
)
def test_a_killed_session_is_offered_by_its_name_and_age(seconds: int, ago: str) -> None:
    record = encode(("load", "tour.gomem", "gomem 1\ngc\n"))
    assert told(record, seconds) == f"tour.gomem was killed {ago}: :resume goes on, any step ignores it."


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (encode(("do", "gc")), "A session"),
        (encode(("load", "", "gomem 1\ngc\n")), "A session"),
        (encode(("load", "s.gomem", "gomem 1\ntitle Who has a slot?\ngc\n")), "Who has a slot?"),
        (encode(("load", "s.gomem", "gomem 1\ntitle A title that is far too long for it\ngc\n")), "A title that is …"),
    ],
)
def test_by_its_title_if_it_has_one(content: bytes, name: str) -> None:
    assert told(content, 3 * MINUTE) == f"{name} was killed 3 min ago: :resume goes on, any step ignores it."
    assert len(told(content, 99 * DAY)) < 80


def test_a_fork_is_told_in_80_columns() -> None:
    assert len(forked("future12", "future13")) < 79


def test_while_one_command_takes_long_its_operations_are_counted() -> None:
    counted = Progress()
    session = Session(narrate=True, progress=counted)
    with counted.counting(30_000):
        for _ in range(1_234):
            counted.step()
        assert progress(session, 3.4, "b") == "working for 3 s: step 0 of 0, 1,234 of 30,000; b stops it"
    assert progress(session, 3.6, "b") == "working for 4 s: step 0 of 0, 0 objects ever; b stops it"
