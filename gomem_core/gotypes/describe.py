"""What is said of a type: as data, and as text."""

from typing import TYPE_CHECKING, Final

from gomem_core.foreign import brief
from gomem_core.go.placement import Placement
from gomem_core.go.versions import BITS_IN_SPAN, Profile
from gomem_core.gotypes.advice import Less, Order, best_inside, best_order, place_of, smallest_change
from gomem_core.gotypes.errors import GoError, Unsized
from gomem_core.gotypes.model import Referring, underlying
from gomem_core.gotypes.orders import Inner, Inside
from gomem_core.gotypes.types import Checked, GoTypes
from gomem_core.named import NamedTuple
from gomem_core.report import Cell, Column, Result, Table, counted

if TYPE_CHECKING:
    from gomem_core.schema import layouts as schema

_LENGTHS: Final = (1, 10, 100, 1000)  # of slices
_MOST_FIELDS: Final = 1000  # in a table for people
_MOST_CHANGES: Final = 10  # types whose better order is told
_WIDEST: Final = 48  # characters of a type in a table


class Facts(NamedTuple):
    """A type, where an object of it goes, and what would make it smaller."""

    profile: Profile
    checked: Checked
    place: Placement
    order: Order | None
    inside: Inside | None
    change: Less | None

    @property
    def padding(self) -> int:
        """Unused bytes between and behind its fields."""
        return sum(f.padding for f in self.checked.fields)


def facts_of(types: GoTypes, checked: Checked) -> Facts:
    """All that is known of a type."""
    profile = types.profile
    place, order = place_of(profile, checked.shape.size, checked.noscan), best_order(profile, checked)
    return Facts(profile, checked, place, order, best_inside(types, checked, order), smallest_change(profile, checked))


def data_of(facts: Facts, declared: str | None) -> "schema.TypeLayout":
    """Returns it as data; `declared` is the file and line of its declaration."""
    checked, order, inside, change = facts.checked, facts.order, facts.inside, facts.change
    size, align, ptr_bytes = checked.shape
    return {
        "go": facts.profile.name.removeprefix("go"),
        "type": checked.name,
        "size": size,
        "align": align,
        "ptr_bytes": ptr_bytes,
        "mask": checked.mask,
        "class": facts.place.elemsize,
        "way": facts.place.way,
        "header": facts.place.header,
        "slot_waste": facts.place.waste,
        "padding": facts.padding,
        "fields": [
            {
                "name": f.name,
                "type": f.type,
                "offset": f.offset,
                "size": f.size,
                "align": f.align,
                "padding": f.padding,
                "mask": f.mask,
            }
            for f in checked.fields
        ],
        "slices": [
            {"n": n, "size": n * size, "slot": p.elemsize, "header": p.header, "slot_waste": p.waste}
            for n, p in ((n, place_of(facts.profile, n * size, checked.noscan)) for n in _LENGTHS)
        ],
        "best_order": None
        if order is None
        else {"fields": [*order.names], "size": order.size, "ptr_bytes": order.ptr_bytes, "slot": order.slot},
        "best_inside": None
        if inside is None
        else {
            "size": inside.shape.size,
            "ptr_bytes": inside.shape.ptr_bytes,
            "slot": _slot_inside(facts, inside),
            "orders": [{"type": one.name, "fields": [*one.fields]} for one in inside.orders],
        },
        "change": None if change is None else {"fewer": change.fewer, "slot": change.slot, "reordered": change.reordered},
        "declared": declared,
    }


def refusal(profile: Profile, name: str, problem: GoError) -> "schema.Unlaid":
    """Returns why a type has no layout, as data."""
    place = problem.place
    return {
        "go": profile.name.removeprefix("go"),
        "type": name,
        "error": {
            "message": problem.message,
            "notes": [*problem.notes],
            "file": None if place is None else place.file,
            "line": None if place is None else place.line,
            "column": None if place is None else place.column,
            "is_error": not isinstance(problem, Unsized),
        },
    }


def describe(facts: Facts, declared: str | None) -> Result:
    """Returns the whole of it, as a command answers."""
    checked = facts.checked
    size, align, ptr_bytes = checked.shape
    pointers = f"pointers in the first {ptr_bytes}" if ptr_bytes else "no pointers"
    where = f", declared in {declared}" if declared else ""
    name = brief(checked.name)
    summary = f"{facts.profile.name}: {name}: {counted(size, 'byte')}, aligned to {align}, {pointers}{where}"
    return Result(summary, dict(data_of(facts, declared)), _fields(facts) if checked.fields else None, tuple(_remarks(facts)))


def _fields(facts: Facts) -> Table:
    columns = (
        Column("offset"),
        Column("size"),
        Column("padding"),
        Column("words", "text"),
        Column("field", "text"),
        Column("type", "text"),
    )
    rows: list[tuple[Cell, ...]] = [
        (f.offset, f.size, f.padding or "–", _words(f.mask), brief(f.name, _WIDEST), brief(f.type, _WIDEST))
        for f in facts.checked.fields[:_MOST_FIELDS]
    ]
    return Table(columns, rows)


def _words(mask: str | None) -> str:
    """Which words of a field are pointers, one character each: ● and ·."""
    if not mask:
        return "–" if mask == "" else "…"
    return brief(mask.replace("1", "●").replace("0", "·"), 16)


def _remarks(facts: Facts) -> list[str]:
    checked, place = facts.checked, facts.place
    found = [f"{facts.padding} of {checked.shape.size} bytes are padding"] if facts.padding else []
    if place.way == "nothing":
        return [*found, "an object: none, for it has no size"]
    found.append(f"an object: {placed(facts, place)}")
    if facts.profile.heap_bits == "span" and place.header:
        found.append(f"  it has pointers and more than {BITS_IN_SPAN} bytes: {place.header} bytes before it say its type")
    if isinstance(bottom := underlying(checked.type), Referring) and bottom.kind in ("map", "chan"):
        found.append(f"  that is a pointer: what make({brief(bottom.text)}) allocates lies elsewhere")
    if checked.fields or checked.shape.size:
        found.append(f"a slice of them: {_slices(facts)}")
    if (order := facts.order) is not None:
        found += _order(facts, order)
    if (inside := facts.inside) is not None:
        found += _inside(facts, inside)
    if (change := facts.change) is not None:
        found.append(f"smallest change: {_change(change)}")
    return found


def placed(facts: Facts, place: Placement) -> str:
    """Where an object of so many bytes goes, in words."""
    kind = "scan" if facts.checked.shape.ptr_bytes else "noscan"
    if place.way == "tiny":
        return f"tiny: it shares a block of {place.elemsize} bytes with others that have no pointers"
    if place.way == "large":
        return f"large: {counted(place.npages, 'page')} of its own, {place.waste} bytes of them unused, {kind}"
    header = f"{place.header} bytes of header, " if place.header else ""
    rest = f"{counted(place.waste, 'byte')} unused" if place.waste else "which it fills"
    return f"a slot of {place.elemsize} bytes (class {place.sizeclass}, {kind}), {header}{rest}"


def _slices(facts: Facts) -> str:
    size, noscan = facts.checked.shape.size, facts.checked.noscan
    places = ((n, place_of(facts.profile, n * size, noscan)) for n in _LENGTHS[1:])
    return ", ".join(f"{n} in {p.elemsize} bytes ({p.waste} unused)" for n, p in places)


def _order(facts: Facts, order: Order) -> list[str]:
    names = ", ".join(order.names[:_MOST_FIELDS])
    saved, generic = facts.checked.shape.size - order.size, _if_generic(facts.checked.name)
    if not saved:
        return [
            f"best order: {names}{generic}",
            f"  as large, and the collector reads {order.ptr_bytes} bytes of it instead of {facts.checked.shape.ptr_bytes}",
        ]
    reached = (
        f"a slot of {order.slot} instead of {facts.place.elemsize}" if order.slot < facts.place.elemsize else "the same slot"
    )
    return [f"best order: {names}{generic}", f"  {counted(saved, 'byte')} less: {order.size}, {reached}"]


def _slot_inside(facts: Facts, inside: Inside) -> int:
    return place_of(facts.profile, inside.shape.size, facts.checked.noscan).elemsize


def _inside(facts: Facts, inside: Inside) -> list[str]:
    slot, before = _slot_inside(facts, inside), facts.place.elemsize
    reached = f"a slot of {slot} instead of {before}" if slot < before else "the same slot"
    saved = counted(facts.checked.shape.size - inside.shape.size, "byte")
    told = [f"  {_ordered(one)}" for one in inside.orders[:_MOST_CHANGES]]
    more = len(inside.orders) - len(told)
    return [
        "with the types inside it in their best orders, too:",
        *told,
        *([f"  and {counted(more, 'more type')}"] if more else []),
        f"  {saved} less: {inside.shape.size}, {reached}",
    ]


def _ordered(one: Inner) -> str:
    return f"{brief(one.name, _WIDEST)}: {', '.join(one.fields[:_MOST_FIELDS])}{_if_generic(one.name)}"


def _if_generic(name: str) -> str:
    """What is said behind the order of an instance of a generic type: it is that of all instances."""
    is_instance = name.endswith("]") and name[:1] not in ("[", "*") and not name.startswith(("struct", "map", "chan", "func"))
    return " (the best for these arguments; all instances share it)" if is_instance else ""


def _change(change: Less) -> str:
    if not change.fewer:
        return f"the best order, and it fits {change.slot}"
    order = "in the best order, " if change.reordered else ""
    return f"{order}{counted(change.fewer, 'byte')} less and it fits {change.slot}"


def overview(found: list[tuple[Facts, str]]) -> Table:
    """Returns those of several declared types that waste something, each with the place of its declaration, most first."""
    columns = (
        *(Column("unused"), Column("padding"), Column("size"), Column("slot"), Column("best size"), Column("best slot")),
        *(Column("smallest change", "text"), Column("type", "text"), Column("declared", "text")),
    )
    rows: list[tuple[Cell, ...]] = []
    for facts, declared in sorted(found, key=lambda one: (-_unused(one[0]), one[1])):
        if not _unused(facts):
            break
        size, slot, order = facts.checked.shape.size, facts.place.elemsize, facts.order
        change = "–" if facts.change is None else _change(facts.change)
        best = (size, slot) if order is None else (order.size, order.slot)
        rows.append(
            (
                _unused(facts),
                facts.padding,
                size,
                slot,
                *best,
                change,
                brief(facts.checked.name, _WIDEST),
                brief(declared, _WIDEST),
            )
        )
    return Table(columns, rows)


def to_change(found: list[tuple[Facts, str]]) -> list[str]:
    """Returns what to change in the types that gain most: the order of their fields, or some bytes that make them fit."""
    gains: list[tuple[int, int, str]] = []
    for facts, _ in found:
        size, slot, name = facts.checked.shape.size, facts.place.elemsize, brief(facts.checked.name, _WIDEST)
        if (order := facts.order) is not None and order.size < size:
            names = ", ".join(order.names[:_MOST_FIELDS])
            reached = f"a slot of {order.slot} instead of {slot}" if order.slot < slot else f"the slot of {slot} stays"
            said = f"fields in the order {names}: {order.size} bytes instead of {size}, {reached}"
            gains.append((slot - order.slot, size - order.size, f"  {name}: {said}"))
        elif (less := facts.change) is not None and facts.place.way != "tiny" and less.fewer <= facts.place.waste:
            said = f"{counted(less.fewer, 'byte')} less, and it fits {less.slot} instead of {slot}"
            gains.append((slot - less.slot, 0, f"  {name}: {said}"))
        if (inside := facts.inside) is not None and (gained := _slot_inside(facts, inside)) < (
            slot if order is None else order.slot
        ):
            orders = "; ".join(map(_ordered, inside.orders[:_MOST_CHANGES]))
            said = (
                f"{inside.shape.size} bytes instead of {size}, a slot of {gained} instead of {slot}, with these orders: {orders}"
            )
            gains.append((slot - gained, size - inside.shape.size, f"  {name}: {said}"))
    gains.sort(key=lambda one: (-one[0], -one[1]))
    lines = [line for _, _, line in gains[:_MOST_CHANGES]]
    more = len(gains) - len(lines)
    return [*lines, *([f"  and {counted(more, 'more type')}: gomem layout tells of each by its name"] if more else [])]


def _unused(facts: Facts) -> int:
    """Bytes of an object that nothing uses; a tiny one leaves the rest of its block to others."""
    return facts.padding + (0 if facts.place.way == "tiny" else facts.place.waste)
