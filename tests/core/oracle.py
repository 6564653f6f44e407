"""A plain model of the program's side: which objects are referred to, what they link to, and so what a collector may take.

It knows nothing of spans, lists or caches.  Memory is slots: an object's own, or a 16-byte block that tiny objects share.  A slot
that a mark did not reach is condemned: it may be reused at any time.  Every other slot must be there, untouched.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from operator import eq, ge, gt, le, lt, ne
from typing import Final

from gomem_core.lang.commands import ByAddr, ByName, ByRange, Drop, Every, Everything, Ref, Share, Target
from tests.core.facts import modern_slot, slot_bytes

_COMPARE: Final[dict[str, Callable[[int, int], bool]]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(eq=False, slots=True)
class Thing:
    """An object of the program."""

    name: str
    addr: int
    size: int
    pointers: range  # numbers of the words that can hold one
    rooted: bool = True
    links: dict[int, "Thing"] = field(default_factory=dict)
    number: int = 0  # in order of birth
    header: int = 0  # bytes of its slot before it

    @property
    def slot(self) -> int:
        """Where its slot begins; 0 for objects that take no memory."""
        if self.size == 0:
            return 0
        return self.addr & ~15 if self.size < 16 and not self.pointers else self.addr - self.header


class Oracle:
    """The program's objects and the memory they occupy."""

    def __init__(self, minor: int = 10) -> None:
        """Of a heap of version 1.`minor`."""
        self.minor = minor
        self.living: dict[str, Thing] = {}  # what the program refers to, by name
        self.latest: dict[str | int, Thing] = {}  # by name and by address, dropped or not
        self.slots: dict[int, int] = {}  # base -> bytes of all slots known, condemned ones too
        self.condemned: set[int] = set()
        self.in_slot: dict[int, list[Thing]] = {}
        self.mixed: set[int] = set()  # tiny blocks in which there are others, too, that came and went during one command
        self.added = 0
        self.born = 0  # objects that took memory or shared some
        self.bytes_born = 0
        self.unnamed = 0  # objects called o1, o2, ...
        self.known_bytes = 0  # sum of slots
        self._bases: list[int] = []

    def reachable_things(self) -> list[Thing]:
        """Everything that roots and links lead to."""
        seen = {id(t): t for t in self.living.values()}
        todo = list(seen.values())
        while todo:
            for target in todo.pop().links.values():
                if id(target) not in seen:
                    seen[id(target)] = target
                    todo.append(target)
        return list(seen.values())

    def kept_slots(self) -> set[int]:
        """Slots not condemned: the collector has not taken them yet, or cannot."""
        return self.slots.keys() - self.condemned

    def slot_bytes(self, size: int, noscan: bool) -> int:
        """Bytes that an object really takes."""
        return slot_bytes(size, noscan) if self.minor == 10 else modern_slot(size, noscan, self.minor)

    def mark(self, blocks: Collection[int] = ()) -> int:
        """A mark has happened: condemn what it could not reach; returns the bytes that it reached.

        Since 1.21 the tiny `blocks` that the Ps were filling are marked, whoever refers to them.
        """
        reached = {t.slot for t in self.reachable_things() if t.slot} | (self.slots.keys() & blocks)
        self.condemned |= self.slots.keys() - reached
        return sum(self.slots[base] for base in reached)

    def add(self, thing: Thing) -> None:
        """A new object: its memory must not be anyone else's."""
        self.added += 1
        thing.number = self.added
        self.living[thing.name] = self.latest[thing.name] = self.latest[thing.addr] = thing
        self.unnamed += thing.name[0] == "o" and thing.name[1:].isdigit()
        if not thing.slot:
            return
        self.born += 1
        if thing.addr != thing.slot + thing.header:
            self._share(thing)
            return
        nbytes = self.slot_bytes(thing.size, not thing.pointers)
        self.bytes_born += nbytes
        self._claim(thing.slot, nbytes, thing.name)
        self.in_slot[thing.slot] = [thing]

    def _share(self, thing: Thing) -> None:
        assert thing.slot in self.kept_slots(), f"{thing.name} shares a tiny block that is not there any more"
        for other in self.in_slot[thing.slot]:
            apart = thing.addr >= other.addr + other.size or other.addr >= thing.addr + thing.size
            assert apart, f"{thing.name} overlaps {other.name} in their tiny block"
        assert thing.addr + thing.size <= thing.slot + 16, f"{thing.name} reaches beyond its tiny block"
        self.in_slot[thing.slot].append(thing)

    def _claim(self, base: int, nbytes: int, name: str) -> None:
        first = bisect_right(self._bases, base) - 1
        for other in self._bases[max(0, first) : bisect_left(self._bases, base + nbytes)]:
            if other + self.slots[other] > base:
                assert other in self.condemned, f"{name} at {base:#x} overlaps the slot {other:#x}, which nobody could free"
                self._forget(other)
        insort(self._bases, base)
        self.known_bytes += nbytes
        self.slots[base] = nbytes

    def _forget(self, base: int) -> None:
        del self._bases[bisect_left(self._bases, base)]
        self.known_bytes -= self.slots.pop(base)
        self.in_slot.pop(base, None)
        self.mixed.discard(base)
        self.condemned.discard(base)

    def adopt(self, base: int, nbytes: int) -> None:
        """Memory that is there, of which the model could not follow what happened to it during one command."""
        if base in self.condemned:
            self._forget(base)
        if base not in self.slots:
            self._claim(base, nbytes, f"memory at {base:#x}")
            self.in_slot[base] = []

    def can_drop(self, command: Drop) -> bool:
        """Whether every target means something alive, and nothing is meant twice."""
        targets = command.targets
        each = [self.named((target,), command.chooses) for target in targets]
        names = [name for names in each for name in names]
        born = all(t.last <= self.unnamed for t in targets if isinstance(t, ByRange) and t.prefix == "o")
        return born and len(set(names)) == len(names) and (Everything() in targets or all(each))

    def drop(self, command: Drop, names: list[str]) -> None:
        """Forget roots: those called so in the answer."""
        assert self.can_drop(command), "drop did what it should have refused"
        meant = self.named(command.targets, command.chooses)
        if command.size is not None:
            compare, size = _COMPARE[command.size.comparison], command.size.size
            meant = [name for name in meant if compare(self.living[name].size, size)]
        match command.pick:
            case None:
                assert set(names) == set(meant), "drop took others than were meant"
            case Every(k):
                by_age = sorted(meant, key=lambda name: self.living[name].number)
                assert names == [name for place, name in enumerate(by_age, 1) if place % k == 0], "not every k-th"
            case Share(percent):
                assert abs(len(names) - len(meant) * percent / 100) <= 0.5, "another share"
                assert set(names) <= set(meant), "drop took others than were meant"
        assert len(set(names)) == len(names)
        self.forget(set(names))

    def forget(self, names: set[str]) -> None:
        """Forget the roots of these names."""
        for name in names:
            self.living.pop(name).rooted = False

    def named(self, targets: tuple[Target, ...], with_numbered: bool = False) -> list[str]:
        """Living names that targets mean; `with_numbered`: x means x.1, x.2 … too."""
        found: list[str] = []
        for target in targets:
            match target:
                case Everything():
                    found += self.living
                case ByRange(prefix, first, last):
                    found += [n for i in range(first, last + 1) if (n := f"{prefix}{i}") in self.living]
                case ByName(name) if with_numbered:
                    found += [n for n in self.living if n == name or (n.rpartition(".")[0] == name and n in self.living)]
                case _:
                    thing = self.find(target)
                    found += [thing.name] if thing is not None else []
        return found

    def find(self, ref: Ref) -> Thing | None:
        """The living object meant; those of size 0 share one address, which means the last of them."""
        if isinstance(ref, ByAddr):
            empty = [t for t in self.living.values() if t.size == 0 and t.addr == ref.addr]
            if empty:
                return empty[-1]
        thing = self.latest.get(ref.name if isinstance(ref, ByName) else ref.addr)
        return thing if thing is not None and thing.rooted else None

    def can_use(self, ref: Ref) -> Thing | None:
        """The object meant if the program can get at it: it refers to it, or something live links to it."""
        thing = self.latest.get(ref.name if isinstance(ref, ByName) else ref.addr)
        return thing if thing is not None and (thing.rooted or thing in self.reachable_things()) else None

    def is_there(self, ref: Ref) -> Thing | None:
        """The object meant if its memory is still its own; so much must hold before anything may use it."""
        thing = self.latest.get(ref.name if isinstance(ref, ByName) else ref.addr)
        if thing is None or not thing.slot:
            return thing
        return thing if thing.slot in self.kept_slots() and thing in self.in_slot[thing.slot] else None
