"""Random lines of the command language: sensible ones about what is there, and wrong ones."""

from collections.abc import Callable
from random import Random

from tests.core.facts import SIZES
from tests.core.oracle import Oracle

_KINDS = ("", " noscan", " scan", " head", " every 4")
_WRONG = (
    *("", "#", "  # only a comment", "allok 4", "alloc", "alloc -1", "alloc 1.3", "alloc 12 scan", "alloc 8 head", "drop"),
    *("drop nobody", "drop o0", "drop o999999999", "drop 0x10", "drop all all", "link nobody.0 nobody", "unlink nobody.3"),
    *("alloc 0 scan", "gc swep", "gc sweep -1", "gogc", "gogc x", "scavenge 5", "flush now", "procs 0", "p 1023"),
    *("procs 9999", "churn 0", "show", "show nothing", "show class 68", "find 10", "find", "show object nobody"),
    *("invariants some", "churn 5 sizes tiny", "alloc 8 as o7", "alloc 8 as all", "alloc 8 times 0", "drop o5..o2"),
    *("alloc 900G times 3 scan", "alloc 512G", "p -1"),
)
# Lines that can be done to any heap, whatever there is in it.
ANYTHING = (
    *("alloc 48 scan", "alloc 5", "alloc 16 times 40", "gc", "gc mark", "gc sweep 3", "flush", "scavenge 0s"),
    *("freeos", "churn 200", "p 0", "procs 2", "memstats", "gogc 50"),
)
HUGE_SIZES = (
    *("1G", "1G", "3G times 2", "100G", "300G times 2", "511G times 2", "512G", "0x7fffffffff", "9223372036854775807"),
    *("200G times 3", "1T", "600M times 900", "549754699776"),
)
_LOOKS = (
    *("show spans", "show spans state:free", "show spans used<50% kind:scan", "show mcentral"),
    *("show mcentral nonempty>=1", "show mcache", "show mcache p:0", "show free", "show free pages>=10", "show layout"),
    *("show stats", "show classes waste>10%", "show locks", "show page 0", "show page 200", "show class 5"),
    *("show class 0", "find 0xc000000008", "find 0xc41fffff00", "find 0xc420000010", "find 0x59d5f0", "find 0x0"),
    *("find 0x14420000001", "help", "help alloc"),
)


class LineMaker:
    """Makes lines that suit the oracle's objects; `most_bytes` bounds how much it lets live."""

    def __init__(self, oracle: Oracle, most_bytes: int = 24 << 20, most_living: int = 300) -> None:
        self.oracle = oracle
        self.most_bytes = most_bytes
        self.most_living = most_living
        self.names = 0

    def any(self, r: Random) -> str:
        """One line, of any kind."""
        if len(self.oracle.living) > self.most_living or self.heavy():
            return self.shrink(r)
        x = r.random()
        for share, make in self.shares():
            x -= share
            if x < 0:
                return make(r)
        return self.alloc_small(r)

    def heavy(self) -> bool:
        """Whether too much lives."""
        return self.oracle.known_bytes > self.most_bytes

    def shares(self) -> tuple[tuple[float, Callable[[Random], str]], ...]:
        """How often each kind of line comes."""
        return (
            *((0.30, self.alloc_small), (0.05, self.alloc_tiny), (0.03, self.alloc_large), (0.01, self.alloc_huge)),
            *((0.17, self.drop), (0.12, self.link), (0.04, self.unlink), (0.03, self.gc), (0.04, self.gc_part)),
            *((0.05, self.heap), (0.03, self.procs), (0.01, self.churn), (0.05, self.look), (0.04, self.wrong)),
        )

    # --- Making objects -------------------------------------------------------------------------------------------------

    def alloc_tiny(self, r: Random) -> str:
        """Up to 16 bytes, 0 too."""
        return f"alloc {r.randint(0, 16)}{self._name(r)}{self._times(r, 12)}"

    def alloc_small(self, r: Random) -> str:
        """Any class; sizes at the boundaries are frequent, small ones more so."""
        boundary = r.random() < 0.5
        size = SIZES[int(66 * r.random() ** 2)] + r.randint(-1, 1) if boundary else int(32768 * r.random() ** 3) + 1
        return self._alloc(r, size, 8)

    def alloc_large(self, r: Random) -> str:
        """More than 32 KB, some more than 128 pages."""
        pages = r.choice((5, 6, 8, 16, 127, 128, 129, 200))
        return self._alloc(r, pages * 8192 + r.choice((-8, 0, 1, 8)), 1)

    def alloc_huge(self, r: Random) -> str:
        """Gigabytes, and what the address space cannot hold; nearly always dropped again soon by shrink().

        Only of 1.10 is known what does not fit.
        """
        if self.oracle.minor > 10:
            return self.alloc_large(r)
        size = r.choice(HUGE_SIZES)
        return f"alloc {size}{r.choice(('', ' noscan', ' scan'))}" if size[-1] not in "7f" else f"alloc {size}"

    def _alloc(self, r: Random, size: int, most: int) -> str:
        kind = r.choice(_KINDS)
        if kind in {" scan", " head", " every 4"}:
            size = max(16, size & ~7)
        return f"{r.choice(('alloc', 'a'))} {size}{kind}{self._name(r)}{self._times(r, most)}"

    def _name(self, r: Random) -> str:
        if r.random() < 0.8:
            return ""
        if self.oracle.living and r.random() < 0.1:
            return f" as {r.choice(list(self.oracle.living))}"  # in use, or one that users cannot give
        self.names += 1
        return f" as n{self.names}"

    def _times(self, r: Random, most: int) -> str:
        return f" times {r.randint(1, most)}" if r.random() < 0.2 else ""

    # --- Forgetting and connecting ----------------------------------------------------------------------------------------

    def drop(self, r: Random) -> str:
        """Some living ones, by name, address or range."""
        things = list(self.oracle.living.values())
        if not things:
            return "drop all"
        thing = r.choice(things)
        how = r.random()
        if how < 0.15:
            return f"drop {self._choice(r, thing.name)}"
        if how < 0.5:
            return f"drop {' '.join(dict.fromkeys(r.choice(things).name for _ in range(r.randint(1, 4))))}"
        if how < 0.65 and thing.size:
            return f"d {thing.addr:#x}"
        if how < 0.9 and thing.name[0] == "o":
            number = int(thing.name[1:])
            return f"drop o{number}..o{number + r.randint(0, 3)}"
        return f"drop {thing.name}"

    def _choice(self, r: Random, name: str) -> str:
        """Only some of the objects: of all, of a range, of those that `times` numbered."""
        which = r.choice(("all", "", f"o1..o{self.oracle.unnamed}", name.partition(".")[0]))
        pick = r.choice((f"every {r.randint(1, 9)}", f"{r.choice((0, 1, 33.3, 50, 100))}% seed {r.randint(0, 9)}", ""))
        size = f"size {r.choice(('<', '<=', '>', '>=', '=', '!='))} {r.choice((8, 16, 48, 1024))}"
        return f"{which} {pick} {size if not pick or r.random() < 0.3 else ''}"

    def shrink(self, r: Random) -> str:
        """When there is too much: drop, then collect."""
        if not self.oracle.living or self.heavy_garbage():
            return r.choice(("gc", "gc", "freeos", "gc mark", "gc sweep"))
        if r.random() < 0.5:
            return "drop all"
        return self.drop(r)

    def heavy_garbage(self) -> bool:
        """Whether most bytes belong to nobody."""
        kept = sum(self.oracle.slots[t.slot] for t in self.oracle.living.values() if t.slot)
        return 2 * kept < self.oracle.known_bytes

    def link(self, r: Random) -> str:
        """From any object to any, dropped ones that something links to included; about a third cannot hold the pointer."""
        things = list(self.oracle.living.values()) if r.random() < 0.8 else self.oracle.reachable_things()
        if not things:
            return "link o1.0 o1"
        holders = [t for t in things if t.pointers]
        src = r.choice(holders) if holders and r.random() < 0.9 else r.choice(things)
        slot = r.choice(src.pointers or range(1)) if r.random() < 0.9 else r.randint(0, src.size // 8)
        dst = r.choice(things)
        return f"link {src.name}.{slot} {dst.name if r.random() < 0.8 or not dst.size else hex(dst.addr)}"

    def unlink(self, r: Random) -> str:
        """A word that holds a pointer if there is one."""
        linked = [t for t in self.oracle.living.values() if t.links]
        if not linked:
            return "unlink o1.0"
        thing = r.choice(linked)
        return f"unlink {thing.name}.{r.choice(list(thing.links))}"

    # --- Everything else ----------------------------------------------------------------------------------------------------

    def gc(self, r: Random) -> str:
        """Whole collections."""
        return r.choice(("gc", "gc", "freeos"))

    def gc_part(self, r: Random) -> str:
        """Marking and sweeping apart."""
        return r.choice(("gc mark", "gc mark", "gc sweep", "gc sweep 0", f"gc sweep {r.randint(1, 9)}"))

    def heap(self, r: Random) -> str:
        """Commands to the heap as a whole."""
        gogc = r.choice(("off", "0", "1", "10", "50", "100", "100", "1000"))
        return r.choice((f"gogc {gogc}", "scavenge", f"scavenge {r.randint(0, 60)}s", "flush", "memstats", "invariants cheap"))

    def procs(self, r: Random) -> str:
        """Ps: their number, and which of them allocates."""
        return r.choice((f"procs {r.randint(1, 5)}", f"p {r.randint(0, 4)}", f"p {r.randint(0, 1)}"))

    def churn(self, r: Random) -> str:
        """A short random load."""
        sizes = r.choice(("small", "small", "mixed", "web"))
        return f"churn {r.randint(1, 60)} seed {r.randint(0, 9)} live {r.choice(('4K', '64K'))} sizes {sizes}"

    def look(self, r: Random) -> str:
        """Commands that change nothing."""
        things = list(self.oracle.living.values())
        if not things or r.random() < 0.4:
            return r.choice(_LOOKS)
        thing = r.choice(things)
        what = r.choice(("show object", "show span", "show bitmap", "find"))
        addr = thing.addr + r.randint(0, 40)
        where = r.choice((f"find {addr:#x}", f"show page {addr:#x}", f"show span {addr:#x}"))
        return r.choice((f"{what} {thing.name}", where))

    def wrong(self, r: Random) -> str:
        """A line that cannot be done, or means nothing."""
        return r.choice(_WRONG)
