"""What is known of lines before they are done: whether whoever types them will have to wait."""

import pytest

from gomem_core.files.timeline import Timeline
from gomem_core.lang import read_line
from gomem_core.session.session import Session


def takes_long(session: Session, *lines: str) -> bool:
    return session.ahead.takes_long(read_line(line).command for line in lines)


@pytest.mark.parametrize(
    ("lines", "long"),
    [
        (["alloc 48"], False),
        (["alloc 48 times 20000"], False),
        (["alloc 48 times 21000"], True),
        (["churn 30000"], True),
        (["alloc 8 times 11000", "gc", "churn 11000"], True),
        (["alloc 8 times 11000", "gc"], False),
        (["open x.gomem"], True),
        (["resume"], True),
        (["show spans"], False),
        (["show spans class=4"], False),
        (["show spans scan"], True),  # looks into every row
        (["goto 3", "back", "diff 2"], False),
        (["# a comment", "", "no command"], False),
    ],
)
def test_lines_that_keep_one_waiting(lines: list[str], long: bool) -> None:
    session = Session(timeline=Timeline(["alloc 8"] * 5))
    session.goto(5)
    assert takes_long(session, *lines) == long


def test_what_a_command_costs_depends_on_the_heap() -> None:
    session = Session()
    session.submit("gogc off")
    assert not takes_long(session, "drop all")
    session.submit("alloc 8192 times 60000")
    session.submit("alloc 8 times 40000")
    assert takes_long(session, "gc")
    assert takes_long(session, "drop all")
    assert not takes_long(session, "drop o1", "alloc 48")


def test_a_way_is_long_with_many_steps_or_with_heavy_ones_that_were_never_done() -> None:
    session = Session(timeline=Timeline(["alloc 8", "churn 30000", "alloc 8"]))
    assert not session.ahead.next_takes_long()
    assert session.ahead.way_takes_long()
    assert takes_long(session, "goto end")
    session.forward()
    assert session.ahead.next_takes_long()
    session.goto(3)
    assert not session.ahead.next_takes_long(), "there is no next one"
    assert not session.ahead.way_takes_long(), "an image lies beside the heavy one"
    assert Session(timeline=Timeline(["alloc 8"] * 2_001)).ahead.way_takes_long()
