"""`advise`: why a heap is so big.  The figures are worked out from columns; what is said of them stands in advicelines.py."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from gomem_core.go.sizeclasses import kind_of
from gomem_core.queries.account import Account
from gomem_core.queries.advicefigures import Advice, ClassHeld, ClassRoom, Pin, TypeHeld, Units
from gomem_core.queries.advicelines import AdviceLine, lines_of, summary_of
from gomem_core.queries.roworder import Choice, RowOrder, Take, Work, finish
from gomem_core.queries.spanfilter import BadFilter
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.report import Result, format_bytes, hexed
from gomem_core.world.facts import DERIVED, UNKNOWN
from gomem_core.world.interrupt import StopRequest
from gomem_core.world.world import World, unknown

if TYPE_CHECKING:
    from gomem_core.schema import advice as schema


_MOST_TYPES: Final = 1_000  # as data
_MOST_OF_CLASS: Final = 10  # likewise, of what pins the half-empty spans of a class


class AdviceOrder(RowOrder):
    """The advice on a heap, brought up to date when it is read: at once, or, of many spans, by whoever does `work`.

    Its lines come in an order of their own, and have no filter.
    """

    def __init__(self, world: World, spans: SpanOrder, at_once: int | None = None) -> None:
        """`spans` has the columns, and is told which spans changed."""
        super().__init__(Choice("", descending=False), at_once)
        self._world = world
        self._spans = spans
        self._advice: Advice | None = None
        self._asked = False  # since the heap changed
        self._stopped = False  # the same, and then somebody did not want to wait for it

    def _read(self, text: str) -> object:  # noqa: ARG002 -- what all orders are asked
        raise BadFilter("advice has no filter")

    def _is_plain(self, choice: Choice) -> bool:  # noqa: ARG002 -- the same
        """All spans have to be looked at."""
        return False

    def total(self) -> int:
        """Spans that are looked at."""
        return 0 if unknown(self._world, "spans") else self._world.spans.count

    @property
    def behind(self) -> bool:
        """Whether somebody has to do `work`: only where the advice was asked for."""
        return self._asked and not self._stopped and super().behind

    def look_again(self) -> None:
        """The heap may have changed."""
        self._all = True
        self._asked = self._stopped = False

    def refuse(self) -> None:
        """Stop: the user does not want to wait for it."""
        self._stopped = True

    def read(self) -> Advice | None:
        """The advice, or the one before where it is being worked out; None where there was none before."""
        self._asked = True
        if not self._stopped:
            self.catch_up()
        return self._advice

    def work(self) -> Work:
        """Look at all spans; the heap must stand still meanwhile."""
        columns = yield from self._spans.columns()
        from gomem_core.queries.advicesums import advice_work  # noqa: PLC0415 -- it needs numpy, which takes long to import

        advice = yield from advice_work(self._world, columns)

        def take() -> None:
            if self._taken(self._wanted):
                self._advice = advice

        return take


def advise(world: World, stop: StopRequest | None = None) -> Advice:
    """The advice on a heap as it is now.  Raises NotKnown where its spans are not known, and Stopped where `stop` asks for it."""
    order = AdviceOrder(world, SpanOrder(world, _no_account))
    finish(_heeding(order.work(), stop))()
    found = order.read()
    assert found is not None
    return found


def _heeding(work: Work, stop: StopRequest | None) -> Work:
    """The same work, which ends where `stop` is asked for."""
    while True:
        if stop is not None:
            stop.heed()
        try:
            yield next(work)
        except StopIteration as done:
            take: Take = done.value
            return take


def _no_account() -> Account:
    raise AssertionError("advice needs no account")


def number_of(line: AdviceLine) -> str:
    """What stands before the line: its bytes, ? where they are not known, ≈ before those that are only derived."""
    if line.nbytes is None:
        return UNKNOWN if line.doubt else ""
    return f"{DERIVED if line.doubt else ''}{format_bytes(line.nbytes)}"


def derived_from(lines: Iterable[AdviceLine]) -> list[str]:
    """What numbers with ≈ were derived from, a sentence each."""
    return [*dict.fromkeys(line.doubt for line in lines if line.doubt and line.nbytes is not None)]


def result_of(advice: Advice) -> Result:
    """The answer to `advise`."""
    lines = lines_of(advice)
    width = max((len(number_of(line)) for line in lines), default=0)
    said = [f"{number_of(line):>{width}}  {'  ' if line.more else ''}{line.text}" for line in lines]
    notes = [f"{DERIVED} {sentence}" for sentence in derived_from(lines)]
    return Result("; ".join(summary_of(advice)), advice_data(advice), details=(*said, *notes))


def advice_data(advice: Advice) -> "schema.Advice":
    """The same as data."""
    return {
        "held": advice.held,
        "live": advice.live,
        "dead": advice.dead,
        "taken_slots": advice.objects,
        "free_slots": advice.free_slots,
        "tails": advice.tails,
        "idle_slots": None if advice.doubts.get("idle Ps") else advice.idle_slots,
        "stacks": advice.stacks,
        "idle_pages": None if advice.doubts.get("idle Ps") else advice.idle_pages,
        "free_pages": advice.free_pages,
        "given_back": advice.given_back,
        "live_objects": advice.live_count,
        "spans": advice.spans,
        "half_empty": advice.half_empty,
        "needed": advice.needed,
        "occupancy": [*advice.occupancy],
        "held_by": [_held_data(held) for held in advice.held_by],
        "types": [_type_data(one) for one in advice.types[:_MOST_TYPES]],
        "classes": [_class_data(room) for room in advice.classes],
        "units": [_units_data(units) for units in (advice.chunks, advice.huge)],
        "pins": [_pin_data(pin) for pin in advice.pins],
    }


def _held_data(held: ClassHeld) -> "schema.ClassHeld":
    number, kind = held.spanclass >> 1, kind_of(held.spanclass)
    size = held.elemsize or None
    return {
        "class": number,
        "spanclass": held.spanclass,
        "elemsize": size,
        "kind": kind,
        "objects": held.objects,
        "bytes": held.nbytes,
    }


def _class_data(room: ClassRoom) -> "schema.ClassRoom":
    return {
        "class": room.spanclass >> 1,
        "spanclass": room.spanclass,
        "elemsize": room.elemsize,
        "kind": kind_of(room.spanclass),
        "spans": room.spans,
        "needed": room.needed,
        "objects": room.objects,
        "free_slots": room.free,
        "types": [_type_data(one) for one in room.types[:_MOST_OF_CLASS]],
    }


def _type_data(one: TypeHeld) -> "schema.TypeHeld":
    return {"type": one.name, "objects": one.objects, "bytes": one.nbytes}


def _units_data(units: Units) -> "schema.FreeInUnits":
    few = units.few
    return {
        "size": units.size,
        "whole": units.whole,
        "beside": units.beside,
        "units": units.units,
        "nearly_full": units.full,
        "few": {"units": few.units, "free": few.free, "spans": few.spans, "objects": few.objects},
    }


def _pin_data(pin: Pin) -> "schema.Pin":
    return {
        "addr": hexed(pin.addr),
        "free": pin.free,
        "spans": [hexed(base) for base in pin.bases],
        "spans_total": pin.spans,
        "objects": pin.objects,
        "object": hexed(pin.slot) if pin.slot else None,
        "root": pin.root or None,
        "held": pin.held if pin.root else None,
    }
