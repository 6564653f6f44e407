"""What a line of the language means: one frozen dataclass a command.

These are plain data.  They know no heap and check nothing: `parse` makes only sensible ones, the session
executes them.  Sizes are bytes, ages nanoseconds, slots word numbers inside an object, unless a docstring
says otherwise.
"""

from typing import Final, Literal

from gomem_core.frozen import frozen
from gomem_core.lang.moves import Comparison, Directive, Move

Kind = Literal["noscan", "scan", "head", "every4"]
ChurnSizes = Literal["small", "mixed", "web", "large"]
Topic = Literal["spans", "waste", "mcentral", "mcache", "free", "layout", "stats", "classes", "locks"]
Thing = Literal["span", "page", "object", "class", "bitmap"]
Level = Literal["cheap", "lists", "full"]

DEFAULT_AGE_NS: Final = 5 * 60 * 1_000_000_000  # five minutes, the runtime's own limit for idle spans
DEFAULT_LIVE: Final = 1 << 20  # bytes that churn keeps alive
GOGC_OFF: Final = -1


# --- What a command can refer to ----------------------------------------------------------------------------


@frozen
class ByName:
    """The object called `name`: a user's name, oN for the Nth unnamed one, or NAME.N from `as NAME times`."""

    name: str


@frozen
class ByAddr:
    """The object (or page, or span) that holds the byte at address `addr`."""

    addr: int


@frozen
class ByRange:
    """Objects numbered `first` to `last`, both included; `prefix` is "o" for o3..o9 and "x." for x.1..x.3."""

    prefix: str
    first: int
    last: int


@frozen
class Everything:
    """Every object that is still a root: `drop all`."""


Ref = ByName | ByAddr
Target = ByName | ByAddr | ByRange | Everything


# --- Objects ------------------------------------------------------------------------------------------------


@frozen
class Alloc:
    """Allocate `times` objects of `size` bytes each; with times > 1 they are called name.1, name.2 etc.

    The kind every4 is written every 4.
    """

    size: int
    kind: Kind = "noscan"
    name: str | None = None
    times: int = 1


@frozen
class Statement:
    """Do what a statement of Go does, `times` times; `name` is that of its result, name.1, name.2 etc. of several."""

    text: str
    name: str | None = None
    times: int = 1


@frozen
class AllocType:
    """Allocate `times` objects of a type; `text` is the type as Go writes it.  Names as those of Alloc."""

    text: str
    name: str | None = None
    times: int = 1


@frozen
class Insert:
    """Let the map or slice `name` grow by `n` entries, one after the other."""

    name: str
    n: int


@frozen
class Every:
    """Each `k`-th of the objects meant, oldest first: number k, 2k, 3k and so on."""

    k: int


@frozen
class Share:
    """`percent` of the objects meant, to the nearest whole number, drawn by a generator that starts from `seed`."""

    percent: float
    seed: int = 1


@frozen
class SizeIs:
    """Objects whose size in bytes, as the program asked for it, compares so with `size`."""

    comparison: Comparison
    size: int


@frozen
class Drop:
    """Forget roots: the objects are garbage from now on, unless something live links to them.

    Of the objects that `targets` mean, those of a size, and of these each k-th or a share.  With such a choice a name means its
    numbered objects too.
    """

    targets: tuple[Target, ...]
    pick: Every | Share | None = None
    size: SizeIs | None = None

    @property
    def chooses(self) -> bool:
        """Whether it drops only some of what its targets mean."""
        return self.pick is not None or self.size is not None


@frozen
class Link:
    """Store the address of `dst` in word number `slot` of `src`."""

    src: Ref
    slot: int
    dst: Ref


@frozen
class Unlink:
    """Clear word number `slot` of `src`."""

    src: Ref
    slot: int


@frozen
class Churn:
    """A reproducible random load: `n` operations from generator `seed` that keep about `live` bytes alive."""

    n: int
    seed: int = 1
    live: int = DEFAULT_LIVE
    sizes: ChurnSizes = "mixed"


# --- Collector and heap -------------------------------------------------------------------------------------


@frozen
class Gc:
    """A whole collection: mark, then sweep everything."""


@frozen
class GcMark:
    """Mark only; sweeping is left to allocations and to `gc sweep`."""


@frozen
class GcSweep:
    """Sweep up to `spans` spans; None sweeps all that are left."""

    spans: int | None


@frozen
class Gogc:
    """Set GOGC: by how many percent the heap may grow between collections; -1 means no automatic ones."""

    percent: int


@frozen
class Scavenge:
    """Return free spans that were idle for `age_ns` nanoseconds or longer to the operating system."""

    age_ns: int = DEFAULT_AGE_NS


@frozen
class FreeOs:
    """Collect, then return every free page to the operating system: debug.FreeOSMemory."""


@frozen
class Flush:
    """Give the spans in every mcache back to the mcentrals."""


@frozen
class MemStats:
    """Read runtime.MemStats, which flushes the mcaches as the runtime does."""


@frozen
class Procs:
    """Set the number of Ps (GOMAXPROCS) to `n`."""

    n: int


@frozen
class UseP:
    """Allocate from now on on P number `index`, counted from 0."""

    index: int


# --- Looking ------------------------------------------------------------------------------------------------


@frozen
class Filter:
    """Keep rows whose `field` compares so with `value`; "row" and "~": in which the regular expression `value` is found.

    `op` is one of  :  !=  <  <=  >  >=  (":" is "equals"; a typed "=" is stored as ":").  Percentages are
    floats, 30.0 for 30%; sizes are bytes; numbers are ints; words are str.
    """

    field: str
    op: str
    value: int | float | str


@frozen
class Show:
    """Print a table about `topic`, only the rows that pass all `filters`."""

    topic: Topic
    filters: tuple[Filter, ...] = ()


@frozen
class ShowOne:
    """Print one thing in full.  An int is a class number, for "page" a page index, for "span" its place in address order."""

    what: Thing
    target: Ref | int


@frozen
class Find:
    """Tell what lies at an address, or where an object lies: region, page, span, slot, object."""

    target: Ref


@frozen
class Advise:
    """Tell why the heap is so big."""


@frozen
class Layout:
    """Tell how a type of Go lies in memory; `text` is the type as Go writes it."""

    text: str


@frozen
class Fit:
    """Tell how well objects of a size or of a type, as `text` says, fit the slots of each version of Go."""

    text: str


@frozen
class Declare:
    """Declare types of Go; `text` is what follows the word type."""

    text: str


@frozen
class Types:
    """Declare the types in a file of Go source, or in the files of a directory; `kept` is what the session keeps of them."""

    path: str
    kept: str | None = None


@frozen
class Invariants:
    """Check what must always hold, at one of three prices."""

    level: Level = "full"


@frozen
class Look:
    """Look once more at the process whose heap is shown."""


@frozen
class Help:
    """List the commands, or explain the command whose full word is `topic`."""

    topic: str | None


Command = (
    Alloc
    | AllocType
    | Statement
    | Insert
    | Drop
    | Link
    | Unlink
    | Churn
    | Gc
    | GcMark
    | GcSweep
    | Gogc
    | Scavenge
    | FreeOs
    | Flush
    | MemStats
    | Procs
    | UseP
    | Show
    | ShowOne
    | Find
    | Advise
    | Layout
    | Fit
    | Declare
    | Types
    | Invariants
    | Look
    | Help
    | Move
    | Directive
)
