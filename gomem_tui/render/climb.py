"""How an allocation of Go 1.10 climbed its ladder: what each rung had to say."""

from typing import ClassVar, Final

from gomem_core.frozen import frozen
from gomem_core.go import events as e
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.versions import Profile
from gomem_core.report import counted, format_bytes
from gomem_core.session.told import Climbed, Sweeps
from gomem_tui.render.lines import short
from gomem_tui.render.sentences import SENTENCES, function_of, tell

CLASS: Final = "size class"
MCACHE: Final = "mcache"
MHEAP: Final = "mheap"
OS: Final = "OS"
COLLECTION: Final = ""  # is no rung: it comes after them
_MCENTRAL: Final = "mcentral"


@frozen
class Rung:
    """One step of the ladder: what it had to say, whether it had what was wanted, and the Go function that decides."""

    name: str
    sentence: str
    served: bool = False
    go: str = ""


class Climb:
    """Listens to the events of one allocation."""

    straight: ClassVar[tuple[str, ...]] = (MCACHE, _MCENTRAL)  # the rungs that large objects go past

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.rungs: dict[str, Rung] = {}  # those that were asked
        self.collection = ""  # what is said of a collection that it started
        self._grown = 0  # pages that the OS gave
        self._sweeps: dict[str, Sweeps] = {}  # by the rung on which spans were swept

    def say(self, rung: str, event: e.Event, served: bool = False) -> None:
        """Let a rung say what the event says."""
        self.rungs[rung] = Rung(rung, tell(event, self.profile), served, function_of(event, self.profile))

    def say_other(self, rung: str, sentence: str, event: e.Event, served: bool = False, **values: object) -> None:
        """Let a rung say another sentence on account of the event."""
        self.rungs[rung] = Rung(rung, SENTENCES[sentence].format(**values), served, function_of(event, self.profile))

    def say_straight(self) -> None:
        """Let the rungs that large objects go past say so."""
        for rung in self.straight:
            self.rungs[rung] = Rung(rung, SENTENCES["large_skips"])

    def hear(self, event: Climbed) -> None:
        """Take one event in."""
        match event:
            case Sweeps():
                self._sweeps[self._sweeping_rung()] = event
            case e.GcStart():
                self.say_collection(event, self._sweeps.get(COLLECTION))
            case e.ClassChosen():
                self.say(CLASS, event)
                if not event.spanclass >> 1:
                    self.say_straight()
            case e.TinyShared():
                self.say_other(CLASS, "tiny", event, size=event.size)
                self.say(MCACHE, event, True)
            case e.TinyBlock():
                self.say_other(CLASS, "tiny", event, size=event.size)
            case e.McacheHit() | e.McacheMiss():
                self.say(MCACHE, event, isinstance(event, e.McacheHit))
            case e.CentralMiss():
                self.say(_MCENTRAL, event)
            case e.CentralPick():
                if event.swept_now and (swept := self._sweeps.get(_MCENTRAL)):
                    self._sweeps[_MCENTRAL] = swept.without_last()  # the span it takes says so itself
                self.say(_MCENTRAL, event, True)
            case e.Grow() | e.Picked() | e.SpanSplit():
                self._hear_of_pages(event)
            case _:
                pass

    def _hear_of_pages(self, event: e.Grow | e.Picked | e.SpanSplit) -> None:
        match event:
            case e.Grow():
                self._grown = event.npages
                growth = format_bytes(event.npages << PAGE_SHIFT)
                self.say_other(OS, "grow", event, True, growth=growth, arena_used=short(event.arena_used))
            case e.Picked():
                self._say_heap(event, "heap_exact", event.npages, pages=counted(event.want, "page"), base=short(event.base))
            case e.SpanSplit():
                total = event.npages + event.rest_npages
                told = {"total": counted(total, "page"), "pages": counted(event.npages, "page")}
                self._say_heap(event, "heap_split", total, npages=event.npages, rest=event.rest_npages, **told)

    def say_collection(self, event: e.GcStart, left: Sweeps | None) -> None:
        """Note a collection, before which the spans `left` were swept."""
        sentence = "collection_sweeps" if left is not None else "collection"
        spans = counted(left.spans, "span") if left is not None else ""
        self.collection = SENTENCES[sentence].format(gc_trigger=format_bytes(event.gc_trigger), spans=spans)

    def sweeps(self) -> dict[str, Sweeps]:
        """Spans that were swept on the way, by the rung on which they were."""
        return {rung: swept for rung, swept in self._sweeps.items() if rung != COLLECTION and swept.spans}

    def _say_heap(self, event: e.Picked | e.SpanSplit, sentence: str, found: int, **values: object) -> None:
        """The heap had `found` pages in a row, perhaps only after it had asked the OS or swept."""
        if self._grown:
            asked = "heap_joined" if found > self._grown else "heap_asked"
            sentence = f"{asked}_split" if isinstance(event, e.SpanSplit) else asked
        self.say_other(MHEAP, sentence, event, not self._grown, **values)

    def _sweeping_rung(self) -> str:
        """Returns the rung at which spans are being swept: for mcentral, for mheap, or for the collection behind it all."""
        if any(rung.served for rung in self.rungs.values()) or MHEAP in self.rungs:
            return COLLECTION
        return MHEAP if _MCENTRAL in self.rungs else _MCENTRAL
