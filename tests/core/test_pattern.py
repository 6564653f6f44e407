"""Users' regular expressions: found as `re` finds them, and never for long."""

import re
from contextlib import suppress
from time import thread_time

import pytest

from gomem_core.lang.pattern import LONGEST, BadPattern, Pattern, TooCostly
from gomem_core.session.session import Session
from gomem_core.world.interrupt import Stopped, StopRequest

ROW = "c420000000\n0xc420000000\n1\ninuse\nmcache P0\nP0 cache\n4\n48\nnoscan\n1/170\nswept"
COSTLY = "(([a-z]?[0-9]?){30}){30}~"  # the worst that fits: thousands of states for each character


@pytest.mark.parametrize(
    "text", ["scan", "^scan$", "SWEPT", "^4$", "p[0-9] cache", r"^\d+/170$", "c42|c43", "[^x]noscan", r"\bscan", "e$", "(", "x"]
)
def test_they_find_what_re_finds(text: str) -> None:
    try:
        expected = re.search(text, ROW, re.IGNORECASE | re.MULTILINE) is not None
    except re.error:
        with pytest.raises(BadPattern, match="is not a regular expression: "):
            Pattern(text)
    else:
        assert Pattern(text).found_in(ROW) == expected


@pytest.mark.parametrize("text", ["(a+)+$", r"((\S|\s)+)+~", "(.*)*(.*)*(.*)*(.*)*~", "(x+x+)+y", "(a|a)*b", "((((.*)*)*)*)*~"])
def test_what_makes_others_go_back_for_ever_takes_no_time(text: str) -> None:
    pattern = Pattern(text)
    began = thread_time()
    for row in (ROW, "a" * 5_000, "x" * 5_000):
        assert isinstance(pattern.found_in(row), bool)
    assert thread_time() - began < 2, "re needs longer than the age of the universe"


@pytest.mark.parametrize("text", ["(?:a{60000}){60000}", "((a{1,1000}){1,1000}){1,1000}", "a{1000}" * 28, r"(\pL|\PL){900}"])
def test_huge_repetitions_are_refused_or_small(text: str) -> None:
    began = thread_time()
    with suppress(BadPattern):
        Pattern(text)
    assert thread_time() - began < 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(", "is not a regular expression: missing ), unterminated subpattern"),
        ("(?=x)", "cannot be searched for: invalid perl operator: (?="),
        (r"(a)\1", "cannot be searched for: invalid escape sequence: "),
        ("a{1001}", "cannot be searched for: invalid repetition size: {1001}"),
        ("a" * (LONGEST + 1), "is too long: a regular expression has at most 200 characters"),
        ("\udc80", "cannot be searched for: it is not text"),
    ],
)
def test_what_is_wrong_is_said_and_not_written_over_the_screen(text: str, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadPattern) as caught:
        Pattern(text)
    assert str(caught.value).startswith(said)
    assert capfd.readouterr() == ("", "")


def test_a_search_that_adds_up_is_stopped() -> None:
    pattern = Pattern(COSTLY)
    began = thread_time()
    with pytest.raises(TooCostly) as caught:
        all(pattern.found_in(ROW) or True for _ in range(1_000_000))
    assert thread_time() - began < 20
    assert str(caught.value).startswith(f'the regular expression "{COSTLY}" takes too long: it was stopped after ')


def test_an_ordinary_search_is_not() -> None:
    pattern = Pattern("^nonempty$|free|[1-9]%$")
    assert not any(pattern.found_in(ROW) for _ in range(20_000))


def test_show_spans_ends_with_a_clear_error_and_changes_nothing() -> None:
    session = Session()
    session.submit("alloc 8192 times 20000")
    outcome = session.submit(f"show spans {COSTLY}")
    assert outcome.error is not None
    assert str(outcome.error).startswith(f'column 12: the regular expression "{COSTLY}" takes too long')
    assert session.step == 1


def test_show_spans_is_stopped_by_a_request() -> None:
    stop = StopRequest()
    session = Session(stop=stop)
    session.submit("alloc 48")
    stop.asked = True
    with pytest.raises(Stopped):
        session.submit("show spans scan")


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ("class=4 or class=5", '"or" is taken as a regular expression; all filters must hold: try class:4'),
        ("class=4 || size>5", '"||" is taken as a regular expression; all filters must hold: try class:4'),
        ("class=4 AND used<50%", '"AND" is taken as a regular expression; leave it out: class:4 used<50%'),
        ("not class=4", '"not" is taken as a regular expression; write class!=4'),
        ("not used<50%", '"not" is taken as a regular expression; write used>=50%'),
        ("class 5", '"class" is taken as a regular expression; a condition is written class:4'),
        ("(class=5)", '"(class=5)" is taken as a regular expression; a condition is written class:5'),
        ("(used<50%)", '"(used<50%)" is taken as a regular expression; a condition is written used<50%'),
        ("used~30%", '"used~30%" is taken as a regular expression; a condition is written used>30%'),
        ("kind", '"kind" is taken as a regular expression; a condition is written kind:scan'),
        ("scan", ""),
        ("noscan nonempty|free", ""),
        ("class:4", ""),
        ("", ""),
    ],
)
def test_a_condition_that_is_taken_as_a_regular_expression_is_told(filters: str, said: str) -> None:
    session = Session()
    session.submit("alloc 48")
    result = session.submit(f"show spans {filters}").result
    assert result is not None
    assert [line for line in result.details if "regular expression" in line] == [said] * bool(said)
