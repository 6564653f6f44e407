"""What somebody probably meant."""

import pytest

from gomem_core.suggest import did_you_mean, nearest


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("allco", "alloc"),
        ("ALLOC", "alloc"),
        ("node1", "Node1"),  # names of objects keep their capitals
        ("nodee1", "Node1"),
        ("zzz", None),
        ("nod", "Node1"),
        ("no", None),  # too little is known
        ("a" * 20, "a" * 24),
        ("a" * 25, None),  # not compared
    ],
)
def test_nearest(word: str, meant: str | None) -> None:
    assert nearest(word, ["alloc", "Node1", "a" * 24]) == meant


def test_did_you_mean() -> None:
    assert did_you_mean("no such pane", "spans") == "no such pane; did you mean spans?"
    assert did_you_mean("no such pane", None) == "no such pane"
