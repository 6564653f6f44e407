"""Commands that make, forget and connect objects: alloc, drop, link, unlink, churn."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.heapbits import SPARSE, sparse_ptrdata
from gomem_core.go.sizeclasses import kind_of
from gomem_core.lang.commands import Alloc, Churn, Drop, Link, Ref, Unlink
from gomem_core.report import Result, Served, format_bytes, hexed, hexed_or_none, told
from gomem_core.session.churn import churn
from gomem_core.session.commands.context import UNREAD, CommandError, Context
from gomem_core.session.commands.drop import check_drop, drop
from gomem_core.session.told import sweeping
from gomem_core.world.blocks import AddressRow
from gomem_core.world.objectinfo import ObjectInfo
from gomem_core.world.records import Allocated, AllocatedMany

if TYPE_CHECKING:
    from gomem_core.schema import doing

_ZERO: Final = "{name} = {addr}  zerobase: every object of 0 bytes has this address, which is not in the arena"
_SMALL: Final = "{name} = {addr}  {size} B in {elemsize} (class {sizeclass} {kind}), span {base}, served by {who}"
_LARGE: Final = "{name} = {addr}  {size} B in {elemsize} (large {kind}), span {base}, served by {who}"
_MANY: Final = "{first} … {last}: {times} × {size} B, {addr} … {last_addr}; served {by}"
_MANY_BY: Final = {"tiny": "tiny blocks", "os": "the OS"}  # the others by their names
_PAGE_CACHE: Final = "mheap, with pages of the P's page cache"
_SERVED_BY: Final = {
    "tiny": "the P's tiny block",
    "mcache": "mcache",
    "mcentral": "mcentral",
    "mheap": "mheap",
    "os": "the OS: the heap grew",
}


def _check_alloc(context: Context, command: Alloc) -> None:
    """Raise CommandError if it cannot be done."""
    _check_new_names(context, command)
    if why := context.world.profile.too_long(command.size):
        raise CommandError(why)


def _alloc(context: Context, command: Alloc) -> Result:
    size, times = command.size, command.times
    passed = context.passed and times == 1
    if not passed or not context.objects.comes_again(context.step):  # what was right the first time is so again
        _check_alloc(context, command)
    ptrdata = _ptrdata(command)
    if passed:
        addr = context.engine.mallocgc(size, ptrdata)
        context.objects.add(addr, size, ptrdata, context.step, command.name)
        return UNREAD
    before_it = _sweeps(context)
    if times == 1:
        one = context.engine.alloc(size, ptrdata)
        before = _held_before(context, one)
        oid = context.objects.add(one.addr, size, ptrdata, context.step, command.name)
        return _allocated(context, command, oid, one, before, _sweeps_since(context, before_it))
    addrs: list[AddressRow] = []
    first = len(context.objects)
    try:
        with context.progress.counting(times):
            many = context.engine.alloc_many(size, ptrdata, times, addrs, context.progress.step)
    finally:  # also where one stands halfway: so many are born
        if addrs:
            context.objects.add_many(addrs, size, ptrdata, context.step, command.name)
    return _allocated_many(context, command, first, many, _sweeps_since(context, before_it))


def _ptrdata(command: Alloc) -> int:
    """What mallocgc is told of the words that hold pointers."""
    kind = command.kind
    if kind == "scan":
        return command.size
    if kind == "noscan":
        return 0
    return PTR_SIZE if kind == "head" else sparse_ptrdata(command.size)


def _held_before(context: Context, one: Allocated) -> tuple[str, ...]:
    """Says whose slot it was, if that is known, so that one sees memory being reused."""
    oid = None if one.tiny_combined or not one.elemsize else context.objects.find_addr(one.addr)
    if oid is None:
        return ()
    old = context.objects.info(oid)
    return (f"this address was {old.name}'s before, dropped at step {old.dropped} and swept since",)


def _check_new_names(context: Context, command: Alloc) -> None:
    name = command.name
    if name is None:
        return
    if command.times == 1:
        used = name if context.objects.name_in_use(name) else None
    else:
        number = context.objects.number_in_use(name, command.times)
        used = None if number is None else f"{name}.{number}"
    if used is not None:
        raise CommandError(f"the name {used} is in use: drop that object first, or choose another name", name)


def _sweeps(context: Context) -> tuple[int, int]:
    """Spans swept so far, and those of them in vain."""
    stats = context.world.sums.stats
    return stats.nswept, stats.nswept_in_vain


def _sweeps_since(context: Context, before: tuple[int, int]) -> tuple[int, int]:
    now = _sweeps(context)
    return now[0] - before[0], now[1] - before[1]


def _on_the_way(collections: int, sweeps: tuple[int, int]) -> list[str]:
    """What allocating caused besides: collections, and more sweeping than of the span that served it."""
    said = [_collected(collections)] if collections else []
    return [*said, sweeping(*sweeps)] if sweeps[0] > 1 else said


def _collected(collections: int) -> str:
    """What is said of the collections that allocating started."""
    one = "heap_live had reached the trigger: a collection ran"
    many = "heap_live reached the trigger {n} times: {n} collections ran"
    return told(collections, one, many)


def _allocated(
    context: Context, command: Alloc, oid: int, one: Allocated, before: tuple[str, ...], sweeps: tuple[int, int]
) -> Result:
    data: doing.Allocated = {
        **_placed(context, oid, one),
        "gc": int(one.gc_started),
        "swept": sweeps[0],
        "swept_in_vain": sweeps[1],
    }
    last = Served(one.addr, one.served)
    if not one.elemsize:
        return Result(_ZERO.format(name=data["name"], addr=data["addr"]), data, details=before, served=last)
    summary = (_SMALL if one.spanclass > 1 else _LARGE).format(
        name=data["name"],
        addr=data["addr"],
        size=command.size,
        elemsize=one.elemsize,
        sizeclass=one.spanclass >> 1,
        kind=kind_of(one.spanclass),
        base=data["span"],
        who=_PAGE_CACHE if one.served == "mheap" and context.engine.pages_from == "cache" else _SERVED_BY[one.served],
    )
    facts = [summary, *_on_the_way(int(one.gc_started), sweeps)]
    return Result("; ".join(facts), data, details=before, served=last)


def _allocated_many(
    context: Context,
    command: Alloc,
    first: int,
    many: AllocatedMany,
    sweeps: tuple[int, int],
) -> Result:
    last = _placed(context, first + command.times - 1, many.last)
    data: doing.AllocatedMany = {
        **_placed(context, first, many.first),
        "times": command.times,
        "last": last,
        "served_counts": many.served,
        "gc": many.collections,
        "swept": sweeps[0],
        "swept_in_vain": sweeps[1],
    }
    summary = _MANY.format(
        first=data["name"],
        last=last["name"],
        times=command.times,
        size=command.size,
        addr=data["addr"],
        last_addr=last["addr"],
        by=", ".join(f"{n} by {_MANY_BY.get(who, who)}" for who, n in sorted(many.served.items(), key=lambda each: -each[1])),
    )
    facts = [summary, *_on_the_way(many.collections, sweeps)]
    return Result("; ".join(facts), data, served=Served(many.last.addr, many.last.served))


def _placed(context: Context, oid: int, one: Allocated) -> "doing.Placed":
    return {
        "addr": hexed(one.addr),
        "name": context.objects.name(oid),
        "class": one.spanclass >> 1 if one.elemsize else None,
        "elemsize": one.elemsize or None,
        "span": hexed_or_none(one.base),
        "served": one.served,
    }


_NO_WORD: Final = "word {slot} of {name} cannot hold a pointer: it was allocated noscan"
_ONE_WORD: Final = "word {slot} of {name} cannot hold a pointer: only word 0 can"
_TYPED: Final = "word {slot} of {name} cannot hold a pointer: in the type {type} it is none"
_WORDS: Final = "word {slot} of {name} cannot hold a pointer: words 0 to {last} can"
_SPARSE: Final = "word {slot} of {name} cannot hold a pointer: every fourth word can, from 0 to {last}"


def _link(context: Context, command: Link) -> Result:
    return _write(context, command.src, command.slot, context.reachable(command.dst))


def _unlink(context: Context, command: Unlink) -> Result:
    return _write(context, command.src, command.slot, None)


def _word_of(context: Context, src: Ref, slot: int) -> ObjectInfo:
    """The object that has the word.  Raises CommandError if it has none that can hold a pointer."""
    o = context.objects.info(context.reachable(src))
    words = o.words
    if slot not in words:
        if not words:
            raise CommandError(_NO_WORD.format(slot=slot, name=o.name), f".{slot}")
        many = _SPARSE if words.step == SPARSE else _WORDS
        raise CommandError(told(len(words), _ONE_WORD, many, slot=slot, name=o.name, last=words[-1]), f".{slot}")
    if o.type and not context.world.slots.words(o.addr + slot * PTR_SIZE, 1)[0].pointer:
        raise CommandError(_TYPED.format(slot=slot, name=o.name, type=o.type), f".{slot}")
    return o


def _check_link(context: Context, command: Link) -> None:
    """Raise CommandError if it cannot be done."""
    _word_of(context, command.src, command.slot)
    context.reachable(command.dst)


def _check_unlink(context: Context, command: Unlink) -> None:
    """Raise CommandError if it cannot be done."""
    _word_of(context, command.src, command.slot)


def _write(context: Context, src: Ref, slot: int, dst: int | None) -> Result:
    o = _word_of(context, src, slot)
    target = context.objects.addr(dst) if dst is not None else 0
    context.engine.write_pointer(o.addr, slot, target)
    if context.passed:
        return UNREAD
    at = hexed(o.addr + slot * PTR_SIZE)
    data: doing.Stored = {"word": at, "value": hexed_or_none(target)}
    if dst is None:
        return Result(f"{o.name}.{slot} at {at} is nil now", data)
    return Result(f"{o.name}.{slot} at {at} → {context.objects.name(dst)} ({target:#x})", data)


def _churn(context: Context, command: Churn) -> Result:
    objects, numgc = context.objects, context.world.sums.stats.numgc
    oids = objects.churned()
    earlier = [(objects.addr(oid), objects.size(oid)) for oid in oids]
    with context.progress.counting(command.n):
        done = churn(context.engine, command.n, command.seed, command.live, command.sizes, earlier, context.progress.step)
    oids += [objects.add(addr, size, ptrdata, context.step, None, churned=True) for addr, size, ptrdata in done.objects]
    for number in done.dropped:
        objects.drop(oids[number], context.step)
    collected = context.world.sums.stats.numgc - numgc
    kept, linked = context.world.pointers.kept()
    alive = objects.alive + sum(1 for addr in linked if _is_dropped(context, addr))
    data: doing.Churned = {
        "allocated": len(done.objects),
        "dropped": len(done.dropped),
        "alive": alive,
        "live_bytes": done.live_bytes,
        "kept_bytes": kept,
        "gc": collected,
    }
    one, many = "{n} object allocated, {dropped} dropped", "{n} objects allocated, {dropped} dropped"
    facts = [
        told(len(done.objects), one, many, dropped=len(done.dropped)),
        f"{alive} alive: a collection would keep {format_bytes(kept)}, of which churns asked for {format_bytes(done.live_bytes)}",
        told(collected, "a collection ran", "{n} collections ran") if collected else "no collection ran",
    ]
    return Result("; ".join(facts), data)


def _is_dropped(context: Context, addr: int) -> bool:
    """Whether the program forgot the object at an address to which a link leads."""
    oid = context.objects.find_addr(addr)
    return oid is not None and not context.objects.is_alive(oid)


CHECK_OBJECTS: Final[dict[type, Callable[[Context, Any], None]]] = {
    Alloc: _check_alloc,
    Drop: check_drop,
    Link: _check_link,
    Unlink: _check_unlink,
}
EXECUTE_OBJECTS: Final[dict[type, Callable[[Context, Any], Result]]] = {
    Alloc: _alloc,
    Drop: drop,
    Link: _link,
    Unlink: _unlink,
    Churn: _churn,
}
