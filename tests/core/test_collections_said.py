"""An answer says how many collections ran during its command, as many as the runtime's own counter counted."""

import re

import pytest

from gomem_core.session.session import Session

_SAID = re.compile(r"\b(a|no|\d+) collections? ran")


def collections_said(text: str) -> int:
    found = _SAID.search(text)
    return 0 if found is None else {"a": 1, "no": 0}[found[1]] if found[1] in ("a", "no") else int(found[1])


@pytest.mark.parametrize(
    "line",
    [
        "alloc 4096 times 500",
        "alloc 4096 times 1000",
        "alloc 4096 times 4000",
        "alloc 1M times 40",
        "alloc 5M",
        "alloc 48",
        "churn 100 sizes small",
        "churn 5000 sizes large live 4M",
        "churn 60000 sizes mixed",
    ],
)
def test_an_answer_says_how_many_collections_ran(line: str) -> None:
    session = Session()
    before = session.world.sums.stats.numgc
    outcome = session.submit(line)
    assert outcome.result is not None
    ran = session.world.sums.stats.numgc - before
    assert collections_said(outcome.result.summary) == ran == outcome.result.data["gc"]
    assert (f"{ran} collections ran" in outcome.result.summary) == (ran > 1)


def test_those_lines_run_none_and_one_and_several() -> None:
    ran = {Session().submit(line).result.data["gc"] for line in ("alloc 48", "alloc 5M", "alloc 4096 times 4000")}  # type: ignore[union-attr]
    assert {0, 1} < ran
    assert max(int(str(n)) for n in ran) == 3
