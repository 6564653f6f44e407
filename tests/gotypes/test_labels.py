"""Names of words: which field lies in each word of an object, by layouts that were worked out by hand."""

import pytest

from gomem_core.gotypes.labels import Labels
from gomem_core.gotypes.types import GoTypes
from tests.versions import profile_of

SOURCE = """package list

import "sync"

type node struct {
	a, b bool
	n    int32
	next *node
	s    string
	e    any
	xs   []int
	v    [3]int16
	w    [2]struct{ p *int; q int }
	mu   sync.Mutex
}

type small int8
type one [3]struct{ x, y int32 }
type none struct{}
"""
NODE = [
    *("a,b,n", "next", "s", "s.len", "e.type", "e", "xs", "xs.len", "xs.cap", "v[0]"),
    *("w[0].p", "w[0].q", "w[1].p", "w[1].q", "mu.mu"),
]


@pytest.fixture(scope="module")
def labels() -> Labels:
    types = GoTypes(profile_of("1.27"))
    types.add(SOURCE, "list.go")
    return Labels(types)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("node", NODE),
        ("list.node", NODE),  # as the runtime calls it
        ("example.com/x/list.node", NODE),
        ("[2]list.node", [f"[{i}].{name}" for i in (0, 1) for name in NODE]),
        ("one", ["[0].x,y", "[1].x,y", "[2].x,y"]),
        ("small", [""]),
        ("string", ["", "len"]),
        ("[3]*node", ["[0]", "[1]", "[2]"]),
        ("none", [""]),
        ("nosuch", ["", ""]),
        ("other.node", [""]),
        ("map[string]int", [""]),
    ],
)
def test_words_are_named(labels: Labels, name: str, words: list[str]) -> None:
    assert [labels.word(name, number) for number in range(len(words))] == words


def test_beyond_the_end_names_come_again(labels: Labels) -> None:
    assert [labels.word("node", number) for number in (15, 16, 29, 30)] == ["+a,b,n", "+next", "+mu.mu", "+a,b,n"]
    assert labels.word("small", 1) == ""  # a type of less than a word has no mask that could be read again


def test_fields_of_the_library_have_parts_as_far_as_their_types_say_so(labels: Labels) -> None:
    assert [labels.word("list.Element", n) for n in range(5)] == ["next", "prev", "list", "Value.type", "Value"]
    assert [labels.word("bytes.Buffer", n) for n in range(5)] == ["buf", "buf.len", "buf.cap", "off", "lastRead"]
    assert [labels.word("http.Request", n) for n in (0, 1, 8, 9)] == ["Method", "Method.len", "Body", "Body"]
