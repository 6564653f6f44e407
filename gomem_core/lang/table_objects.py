"""The registry's first part: commands that make, drop and link objects."""

from typing import Final

from gomem_core.lang import operands as op
from gomem_core.lang.commands import Churn
from gomem_core.lang.grammar import Clause, CommandSpec, Shape
from gomem_core.lang.numbers import MAX_INT

_MOST = 100_000_000  # objects or operations of one command

_KINDS = {
    "noscan": "no word holds a pointer (the default)",
    "scan": "every word holds a pointer; SIZE is a multiple of 8",
    "head": "only the first word holds a pointer; SIZE is a multiple of 8, at least 16",
}

_ALLOC = CommandSpec(
    name="alloc",
    aliases=("a",),
    meant=("malloc",),
    shapes=(
        Shape(
            op.build_alloc,
            operands=(op.SIZE,),
            clauses=(
                Clause(_KINDS, "kind"),
                Clause(
                    {"every": "every fourth word holds a pointer, the first one too; SIZE as for head"}, "kind", op.EVERY_FOURTH
                ),
                Clause({"as": "names the object"}, "name", op.NEW_NAME),
                Clause(
                    {"times": "makes N objects; with `as x` they are x.1, x.2, ..."},
                    "times",
                    op.count("times", "N", 1, _MOST, "number of objects"),
                ),
            ),
        ),
    ),
    summary="Allocate objects, as mallocgc does.",
    help="Up to 32K the object gets a slot of the smallest size class that fits; pointer-free objects "
    "below 16 bytes share tiny blocks; what is larger gets pages of its own. Every object is a root, "
    "and so alive, until it is dropped.\n"
    "An object without a name is called o1, o2, ... in order of birth. Instead of a size and a kind it may be a type of Go, "
    "from Go 1.21 on, which says where the pointers are.",
    examples=(
        "alloc 48",
        "alloc 48 scan as b",
        "alloc 1.5M head as big",
        "alloc 512 every 4",
        "alloc 32 as x times 3",
        "go 1.27\nalloc [12]*int as t",
    ),
    written=("alloc SIZE [noscan|scan|head] [every 4] [as NAME] [times N]", "alloc TYPE [as NAME] [times N]"),
)

_DROP = CommandSpec(
    name="drop",
    aliases=("d",),
    meant=("free", "delete", "del", "rm", "forget", "remove"),
    shapes=(Shape(op.build_drop, operands=(op.DROPPED,)),),
    summary="Forget roots, so that the objects can be collected.",
    help="A dropped object is garbage unless something alive links to it. Its slot is free again when a "
    "collection has marked and its span is swept; until then it stays in the heap.\n"
    "A TARGET is a NAME, the address 0xADDR of an object, a range such as o3..o9 or x.1..x.3 (both ends "
    "included), or `all`, and no other.\n"
    "To leave holes in the heap, drop only some of them: each K-th, a share, or those of a size. A NAME then means its "
    "numbered objects too: x, x.1, x.2, ...; without a TARGET all objects are meant. The size chooses first, then every K "
    "or N% among those. The same line on the same heap drops the same objects.",
    examples=(
        "alloc 48 as b\ndrop b",
        "alloc 16 times 9\ndrop o3..o8 o1",
        "alloc 32 as x times 3\ndrop x.1..x.2",
        "alloc 48\nalloc 64 scan\ndrop all",
        "alloc 512 as x times 40\ndrop x every 4",
        "alloc 512 times 40\ndrop 75% seed 2",
        "alloc 48\nalloc 96 times 9\ndrop all every 3 size>=64",
    ),
)

_LINK = CommandSpec(
    name="link",
    aliases=("l",),
    meant=("store", "point", "ln"),
    shapes=(Shape(op.build_link, operands=(op.PLACE, op.OBJECT)),),
    summary="Store a pointer to B in a word of A.",
    help="SLOT is the number of the word inside A, counted from 0; it stands after the last dot, so x.1.0 "
    "is the first word of x.1. The collector follows the pointer only where A's kind has one: in "
    "every word of a scan object, in the first word of a head object.",
    examples=(
        "alloc 48 scan as a\nalloc 16 as b\nlink a.0 b",
        "alloc 16 scan as list times 2\nlink list.1.0 list.2",
    ),
)

_UNLINK = CommandSpec(
    name="unlink",
    aliases=("ul",),
    meant=("clear", "unset"),
    shapes=(Shape(op.build_unlink, operands=(op.PLACE,)),),
    summary="Clear a word of A.",
    help="SLOT is the number of the word inside A, counted from 0. What only this word kept alive is garbage from now on.",
    examples=("alloc 48 scan as a\nalloc 16 as b\nlink a.0 b\ndrop b\nunlink a.0",),
)

_PROFILES = {
    "small": "small objects only",
    "mixed": "mostly small objects and a few large ones (the default)",
    "web": "as serving requests makes them: many small objects, some buffers",
    "large": "large objects only",
}

_CHURN = CommandSpec(
    name="churn",
    meant=("random", "stress"),
    shapes=(
        Shape(
            Churn,
            operands=(op.count("n", "N", 1, _MOST, "number of operations"),),
            clauses=(
                Clause(
                    {"seed": "starts the generator of random numbers; 1 if not given"},
                    "seed",
                    op.count("seed", "S", 0, MAX_INT, "seed"),
                ),
                Clause({"live": "keeps about so many bytes of churned objects alive; 1M if not given"}, "live", op.LIVE_SIZE),
                Clause({"sizes": "chooses how sizes are drawn"}, "sizes", op.choice("sizes", _PROFILES)),
            ),
        ),
    ),
    summary="Run a reproducible random load of N operations.",
    help="An operation allocates an object or drops one. All churns of a session are one load: what an earlier one "
    "kept counts as alive and is dropped as well, so a smaller `live` shrinks it. What was made otherwise is left "
    "alone.\n"
    "The same line on the same heap does the same, to the bit.",
    examples=("churn 1000", "churn 500 seed 7 live 256K sizes small"),
)

SPECS: Final = (_ALLOC, _DROP, _LINK, _UNLINK, _CHURN)
