"""The registry's part about statements of Go: what they are for, and how they are written.

But for `insert` they are no words of the language; gostatements.py reads them.
"""

from typing import Final

from gomem_core.lang import operands as op
from gomem_core.lang.commands import Insert, Statement
from gomem_core.lang.errors import WordError
from gomem_core.lang.grammar import CommandSpec, Operand, Shape
from gomem_core.lang.names import read_object_name

_MOST = 10_000_000  # entries that one command inserts
_BEGIN: Final = "go 1.27\n"  # of every example: Go 1.10, which a session is of by itself, knows none
_ESCAPES = "The result escapes, always: in a program the compiler decides that, and says what it decided with -gcflags=-m."
_SINCE = "Statements are known from Go 1.21 on: begin a session with go 1.27, say."


def _called(word: str, example: str) -> Shape:
    """The shape of a call: whatever comes here has no bracket behind the word."""

    def read(text: str) -> str:
        if not text.startswith("("):
            raise WordError(f"after {word} stands its bracket at once: {example}", example.removeprefix(word))
        return text

    def build(text: str) -> Statement:
        return Statement(word + text)

    return Shape(build, operands=(Operand("text", "(…)", f"what stands in its brackets, as in {example}", read, rest="code"),))


def _spec(
    name: str,
    forms: tuple[str, ...],
    summary: str,
    about: str,
    examples: tuple[str, ...],
    meant: tuple[str, ...] = (),
) -> CommandSpec:
    shape = _called(name, examples[0])
    examples = tuple(_BEGIN + example for example in examples)
    return CommandSpec(name=name, shapes=(shape,), summary=summary, help=about, examples=examples, meant=meant, written=forms)


_NEW = _spec(
    "new",
    ("new(T) [as NAME] [times N]", "&T{...} [as NAME] [times N]"),
    "Allocate a variable of a type, as Go does.",
    f"As many bytes as the type has, rounded up to a slot; small ones without pointers share tiny blocks; a type without a size "
    f"takes no memory. T is one of Go's, of the standard library, or declared by type or types; "
    f"&T{{...}} has values inside.\n{_ESCAPES}\n{_SINCE}",
    ("new(int)", "new([65]*int) as p", "type node struct { next *node; n int }\n&node{n: 1} as a\nnew(node) times 3"),
    ("calloc",),
)
_MAKE = _spec(
    "make",
    ("make([]T, N[, CAP])", "make(map[K]V[, HINT])", "make(chan T[, N]) [as NAME] [times N]"),
    "Make a slice, a map or a channel, as Go does.",
    "A slice is one array, not rounded up. A map is a header; its tables come with the hint or with entries: tables of "
    "groups since Go 1.24, buckets before. A channel's buffer follows in the same object if its elements have no pointers.\n"
    f"{_ESCAPES}",
    ("make([]int, 3)", "make([]string, 0, 65) as s", "make(map[string]int, 100) as m", "make(chan *int, 8)"),
)
_APPEND = _spec(
    "append",
    ("append(NAME, N)", "append(NAME, OTHER...)", "append(NAME, VALUE, VALUE, ...) [as NAME]"),
    "Append to a slice: N elements at once, or some values.",
    "A number alone says how many elements are appended, whatever they are; a variable that can be an element is one. Where "
    "the array has no room, a larger one takes its place: twice as many elements, fewer from 256 on, and then as many as the "
    "slot holds. NAME is the longer slice afterwards, unless another name is given.",
    ("make([]int, 3) as s\nappend(s, 1)", "make([]*int, 256) as t\nappend(t, 44)"),
)
_STRING = _spec(
    "string",
    ("string(NAME)", "[]byte(NAME)", "[]rune(NAME)", "NAME + NAME + ... [as NAME]"),
    "Add strings, and convert them to bytes and back.",
    "A sum is one object of exactly its length, and none where only one part is not empty. string(b) copies exactly, "
    '[]byte(s) rounds up to the slot. s := "text" names a string that lies in the program, not in the heap.',
    ("make([]byte, 12) as b\nstring(b)", 's := "hello "\ns + s as t\n[]byte(t)\nstring(233)'),
)
_ANY = _spec(
    "any",
    ("any(NAME)", "any(T) [as NAME]"),
    "Convert a value to an interface, as fmt.Println does.",
    "An interface holds a pointer. So a value that is no pointer is copied to the heap, unless it has no size, is a constant, "
    "has one byte, or is a small number. any(T) is some value of a type, not a small one.",
    ("any(int)", "n := 300\nany(n) as i", "any([3]int)"),
    ("interface",),
)
_FUNC = _spec(
    "func",
    ("func() { ... } [as NAME]", "go func() { ... }()"),
    "Make a function that captures variables, or a goroutine.",
    "A closure is the address of its code, and what it captures, in order of first use: a copy of what never changes and has at "
    "most 128 bytes, else a pointer to the variable, which then is in the heap. Variables are declared before, n := 3, in the "
    "same line with semicolons or in lines of their own; var n int alone declares one outside of functions, which no closure "
    "captures. A goroutine is a struct of the runtime; one that was dropped has ended, and the next go uses it again.",
    ("func() int { return 7 }", "n := 3\nfunc() int { return n } as f", "n := 1\nfunc() int { n++; return n }"),
    ("closure", "lambda"),
)
_INSERT = CommandSpec(
    name="insert",
    meant=("put", "set"),
    shapes=(
        Shape(
            Insert,
            operands=(
                Operand("name", "NAME", "a map or a slice", read_object_name, op.OBJECT.complete),
                op.count("n", "N", 1, _MOST, "number of entries"),
            ),
        ),
    ),
    summary="Let a map or a slice grow by N entries, one by one.",
    help="As NAME[key] = value does with keys that the map has not yet, or NAME = append(NAME, value). A map since Go 1.24 is "
    "exact up to 896 entries; which table splits first depends on hashes, which are taken to be even here. In a map up to "
    "Go 1.23 no overflow buckets are made, since those depend on chance.",
    examples=(_BEGIN + "make(map[string]int) as m\ninsert m 9", _BEGIN + "make([]int, 0) as s\ninsert s 100"),
)

SPECS: Final = (_NEW, _MAKE, _APPEND, _INSERT, _STRING, _ANY, _FUNC)
