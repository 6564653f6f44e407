"""What differs between two stills of small sessions, as text and as data."""

import pytest

from gomem_core.queries.difference import Difference, There, difference
from gomem_core.session.session import Session
from tests.core.facts import ARENA, PAGE
from tests.core.test_diff import between, data_of, now, played

# A span of class 4 is one page, 170 slots of 48 bytes and 32 bytes of tail; the arena grows by a megabyte, 128 pages.  mcentral
# counts all free slots of a span it hands out as taken, and takes its lock again after mheap has cut a span for it.
FIRST_OBJECT = """\
between step 0 (bookmark m1) and step 1: 2 spans new; 1 object born; heap_live +8.0K; arena +1.0M

byte account
what        then    now  difference
requested    0 B   48 B       +48 B
free slots   0 B   7.9K       +7.9K
tails        0 B   32 B       +32 B
free pages   0 B  1016K      +1016K

by size class
bytes  was    is  objects  were  are  class
+48 B  0 B  48 B       +1     0    1  48 B scan

spans
   base          pages  what
+  0xc420000000  1      class 4 scan, 1 of 170 used, list mcache P0
+  0xc420002000  127    free, list free[127]

objects
object  size  address       made at step  was        is
a         48  0xc420000000             1  not there  alive

mcentrals
class  size  kind  nonempty  empty  nmalloc  locks  note
    4    48  scan         0    0→1    0→170    0→2

mcaches
p   what          was  is
P0  class 4 scan  –    0xc420000000, 169 free

lists of mheap, in spans
list       then  now  difference
free[127]     0    1          +1

counters
counter        then      now  difference
arena             0  1048576    +1048576
objects_made      0        1          +1
objects_alive     0        1          +1
heap_sys          0  1048576    +1048576
heap_inuse        0     8192       +8192
heap_idle         0  1040384    +1040384
heap_live         0     8192       +8192
nserved_os        0        1          +1
nheap_lock        0        1          +1
nheap_alloc       0        1          +1
nheap_grow        0        1          +1"""

# Dropping tells the runtime nothing: only the program's own books change.
DROPPED = """\
between step 1 (bookmark m1) and step 2: 1 object dropped

objects
object  size  address       made at step  was    is
b.2       48  0xc420000030             1  alive  dropped

counters
counter        then  now  difference
objects_alive     3    2          -1"""

# A mark empties the mcache: the span goes to nonempty, and its 167 free slots of 48 bytes are not counted as taken any more.
# Two of three objects are live.  Go starts with heap_marked = 4 MB / (1 + 7/8) and next_gc twice that; the goal is 4 MB at least.
MARKED = """\
between step 2 (bookmark m1) and step 3: 1 span changed; heap_live -7.9K; collections +1

byte account
what        then   now  difference
requested  144 B  96 B       -48 B
dead         0 B  48 B       +48 B

spans
   base          pages  what
≠  0xc420000000  1      dead 0→1, list mcache P0→nonempty, swept→waits to be swept

mcentrals
class  size  kind  nonempty  empty  nmalloc  locks  note
    4    48  scan       0→1    1→0    170→3    2→3

mcaches
p   what          was                     is
P0  class 4 scan  0xc420000000, 167 free  –

counters
counter           then      now  difference
heap_live         8192       96       -8096
heap_marked    2236962       96    -2236866
next_gc        4473924  4194304     -279620
numgc                0        1          +1
nmcache_flush        0        1          +1
sweepgen             0        2          +2
sweepdone          yes       no"""

# What was dead is freed by the sweep, for which mcentral's lock is taken.
SWEPT = """\
between step 3 (bookmark m1) and step 4: 1 span changed; 1 object freed

byte account
what        then   now  difference
dead        48 B   0 B       -48 B
free slots  7.8K  7.9K       +48 B

by size class
bytes    was    is  objects  were  are  class
-48 B  144 B  96 B       -1     3    2  48 B scan

spans
   base          pages  what
≠  0xc420000000  1      used 3→2 of 170, dead 1→0, waits to be swept→swept

objects
object  size  address       made at step  was      is
b.2       48  0xc420000030             1  dropped  not there

mcentrals
class  size  kind  nonempty  empty  nmalloc  locks  note
    4    48  scan         1      0        3    3→4

counters
counter     then  now  difference
nsmallfree     0    1          +1
sweepdone     no  yes"""

LINKED = """\
between step 2 (bookmark m1) and step 5: 1 link changed

links
word   address       was    is
b.1.0  0xc420000000  → b.3  → b.2"""

SET = """\
between step 0 (bookmark m1) and step 1: neither spans nor objects differ

counters
counter        then    now  difference
gc_trigger  4194304  never
next_gc     4473924  never
nheap_lock        0      1          +1
gogc            100    off"""

SECOND_P = """\
between step 0 (bookmark m1) and step 2: 1 object born

objects
object  size  address   made at step  was        is
o1         0  0x59d5f0             1  not there  alive

mcaches
p   what       was  is
P1  there      –    yes
P1  allocates  –    no

counters
counter        then  now  difference
objects_made      0    1          +1
objects_alive     0    1          +1
nzero             0    1          +1"""


@pytest.mark.parametrize(
    ("first", "then", "text"),
    [
        ("", "alloc 48 scan as a", FIRST_OBJECT),
        ("alloc 48 scan as b times 3", "drop b.2", DROPPED),
        ("alloc 48 scan as b times 3/drop b.2", "gc mark", MARKED),
        ("alloc 48 scan as b times 3/drop b.2/gc mark", "gc sweep", SWEPT),
        ("alloc 48 scan as b times 3/link b.1.0 b.3", "link b.1.0 b.2/link b.1.1 b.1/unlink b.1.1", LINKED),
        ("", "gogc off", SET),
        ("", "alloc 0/procs 2", SECOND_P),
        ("alloc 48", "show spans/find 0x0", "nothing differs between step 1 (bookmark m1) and step 3"),
    ],
    ids=["alloc", "drop", "mark", "sweep", "link", "gogc", "procs", "looking"],
)
def test_text(first: str, then: str, text: str) -> None:
    assert "\n".join(between(first, then).result.lines()) == text


def table_of(d: Difference, heading: str) -> list[str]:
    """The lines of one table, its headings first."""
    lines = [*d.result.details, ""]
    begins = lines.index(heading) + 1
    return lines[begins : lines.index("", begins)]


def test_spans_cut_merged_and_given_back() -> None:
    d = between("alloc 40960 as big/alloc 1M", "drop big/gc")
    assert {*d.fates} == d.touched.spans == {ARENA}, "no sign where only bookkeeping differs"
    assert "1 span changed, 1 span only in bookkeeping" in d.result.summary
    assert table_of(d, "spans")[1:] == [
        "≠  0xc420000000  5      large noscan, 1 of 1 used, list busy[5] → free, list free[5]",
        "only in bookkeeping: 1 span (freeindex, sweepgen)",  # the other large object was swept too
    ]
    d = between("alloc 40960 as big", "drop big/gc")  # its five pages and the 123 behind them are one free span again
    assert d.fates == {ARENA: "changed", ARENA + 5 * PAGE: "gone"}
    assert table_of(d, "spans")[1:] == [
        "≠  0xc420000000  5→128  large noscan, 1 of 1 used, list busy[5] → free, list freelarge",
        "-  0xc42000a000  123    free, list free[123]",
    ]
    assert table_of(between("alloc 40960", "freeos"), "spans")[1] == "≠  0xc42000a000  123    given back 0→123 pages"


def test_a_mark_that_lies_ahead() -> None:
    session = Session(narrate=True)
    before = now(session)
    session.submit("alloc 48 scan as a")
    d = difference(now(session), before, There("m1"))
    assert d.result.summary == (
        "step 1 (bookmark m1) lies ahead of step 0; compared with it, here: "
        "2 spans only there; 1 object alive only there; heap_live -8.0K; arena -1.0M"
    )
    assert "-  0xc420000000  1      class 4 scan, 1 of 170 used, list mcache P0" in table_of(d, "spans")
    assert table_of(d, "objects")[-1] == "a         48  0xc420000000             1  alive  not there"


def test_in_another_future_an_object_is_known_by_name_and_address() -> None:
    there, here = played(["gogc 50", "alloc 48 as a"]), played(["alloc 48 as a", "gogc 50"])
    assert difference(now(there), now(here), There("m1", branch="future2")).result.lines() == [
        "step 2 compared with step 2 (bookmark m1) of branch future2: 1 span only in bookkeeping; 1 object made at another step",
        "",
        "spans",
        "only in bookkeeping: 1 span (unusedsince)",  # what is left of the arena is free since the alloc
        "",
        "objects",
        "the same in both but made at another step: 1",
    ]
    other = difference(now(played(["alloc 48 as a"])), now(played(["alloc 48 as b"])), There(branch="main"))
    assert other.result.lines() == [
        "step 1 compared with step 1 of branch main: 1 object alive only here, 1 object alive only there",
        "",
        "objects",
        "object  size  address       made at step  was        is",
        "a         48  0xc420000000             1  alive      not there",
        "b         48  0xc420000000             1  not there  alive",
    ]
    forked = difference(now(played(["alloc 48 as a"])), now(played(["gogc 100", "alloc 48 as a"])), There(branch="future2"))
    assert forked.result.summary.startswith("step 2 compared with step 1 of branch future2: ")
    assert other.touched.slots == {ARENA}
    assert not other.touched.spans


def test_a_slot_used_again_by_another_of_the_same_name_is_told() -> None:
    d = between("alloc 48 as a/alloc 48 as b/drop a/gc", "alloc 48 as a")
    assert [(row["name"], row["then"], row["now"]) for row in data_of(d)["objects"]] == [("a", None, "alive")]
    d = between("alloc 48 as a/alloc 48 as b/drop a", "gc/alloc 48 as a")
    assert "1 object born, 1 object freed;" in d.result.summary
    assert [(row["name"], row["then"], row["now"]) for row in data_of(d)["objects"]] == [("a", "dropped", "alive")]
    d = between("alloc 48 as a", "drop a/gc/alloc 48 as a")
    assert "1 object made at another step" in d.result.summary


def test_long_tables_are_cut_in_the_explorer_and_longer_ones_for_programs() -> None:
    d = between("gogc off", "alloc 8192 times 1200")  # a span each; 1200 of the 1280 pages of 10 megabytes, and one free span
    lines = d.lines()
    assert lines[0] == "between step 1 (bookmark m1) and step 2: 1201 spans new; 1200 objects born; heap_live +9.4M; arena +10.0M"
    assert [line[3:15] for line in lines[lines.index("spans") + 2 :][:1201]] == [f"{ARENA + n * PAGE:#x}" for n in range(1201)]
    assert lines[lines.index("objects") + 1201].startswith("o1200   8192")
    brief = d.result.details
    spans, objects = brief[brief.index("spans") :], brief[brief.index("objects") :]
    assert spans[22] == "… and 1181 more"
    last = f"o20     8192  {ARENA + 19 * PAGE:#x}             2  not there  alive"
    assert objects[21:24] == (last, "… and 1180 more", "")
    data = data_of(d)
    assert (len(data["spans"]), len(data["objects"])) == (1000, 1000)
    assert (data["counts"]["spans"], data["counts"]["objects"]) == (1201, 1200)
    assert len(d.touched.spans) == 1201


def test_data() -> None:
    data = data_of(between("alloc 48 scan as a", "alloc 48 scan as b"))
    assert data["same"] is False
    assert (data["then"], data["now"], data["name"]) == (1, 2, "m1")
    assert data["spans"] == [
        {
            "base": "0xc420000000",
            "fate": "changed",
            "span": None,
            "changes": {"alloc_count": [1, 2], "freeindex": [1, 2], "allocated": ["0x1", "0x3"], "live": ["0x1", "0x3"]},
        }
    ]
    assert data["objects"] == [{"name": "b", "addr": "0xc420000030", "size": 48, "born": 2, "then": None, "now": "alive"}]
    cached = {"spanclass": 8, "class": 4, "elemsize": 48, "kind": "scan", "base": "0xc420000000"}
    then, now_is = (
        {"p": 0, "current": True, "tiny": None, "tinyoffset": None, "cached": [cached | {"nfree": nfree}], "pages": None}
        for nfree in (169, 168)
    )
    assert data["mcache"] == [{"p": 0, "then": then, "now": now_is}]
