"""Columns whose entries are made when they are asked for look like the tuples that they stand for."""

from array import array

from gomem_core.world.lazycolumn import LazyColumn, WordColumn

WORDS = ("free", None, "inuse")
AS_TUPLE = ("inuse", "free", "inuse", "free")


def column() -> WordColumn:
    return WordColumn(memoryview(array("q", [2, 0, 2, 0])), WORDS)


def test_words_are_those_of_their_numbers() -> None:
    words = column()
    assert len(words) == 4
    assert [words[0], words[-1]] == ["inuse", "free"]
    assert words[1:3] == ("free", "inuse")
    assert words[::2] == ("inuse", "inuse")
    assert tuple(words) == AS_TUPLE
    assert words.distinct() == {"inuse", "free"}


def test_equal_to_whatever_has_the_same_entries() -> None:
    assert column() == AS_TUPLE
    assert column() == column()
    assert column() == LazyColumn(4, AS_TUPLE.__getitem__)
    assert column() != AS_TUPLE[:3]
    assert column() != (*AS_TUPLE[:3], "inuse")
    assert column() != 4


def test_coded_anew() -> None:
    assert column().coded({"free": 5, None: -1, "inuse": 6}.__getitem__) == array("q", [6, 5, 6, 5])
