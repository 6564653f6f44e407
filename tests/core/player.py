"""Plays lines on a session, compares with the oracle after each, and tells a failure as a script to paste."""

import time
from collections import Counter
from typing import cast

from gomem_core.files.timeline import Timeline
from gomem_core.go.release import ALWAYS, Release
from gomem_core.lang.commands import Alloc, Churn, Drop, FreeOs, Gc, GcMark, Level, Link, MemStats, Procs, Show, Unlink, UseP
from gomem_core.queries.account import Account
from gomem_core.session.session import Outcome, Session
from tests.core.facts import ARENA, MB, PAGE, SIZE_CLASSES, has_header, modern_slots_of_span, span_bytes
from tests.core.oracle import Oracle, Thing
from tests.inside import heap_of, machine_of

SHORT = 500  # lines of a script that can be checked wholly after each
_ACCOUNT_EVERY = 4  # lines: an account made anew looks at all there is
_WATCHED = 8 << 30  # bytes of arena beyond which comparing images takes too long
_MAX_MEM = (1 << 39) - 1
# A swept span without garbage keeps its place in front of unswept ones: the invariants forbid it by mistake (see the expected
# failure in test_invariants.py; once that passes, this goes).


class ScriptFailed(AssertionError):
    """Something went wrong; the message ends with the commands that led to it."""

    def __init__(self, error: Exception, lines: list[str]) -> None:
        self.error = error
        self.lines = lines
        script = "\n".join(lines)
        super().__init__(f"{type(error).__name__}: {error}\n--- script to paste ---\n{script}\n--- end ---")


class Player:
    """One session and its oracle.  With `careful`, each failing command is shown to change nothing."""

    def __init__(self, careful: bool = True, release: Release = ALWAYS) -> None:
        self.session = Session(timeline=Timeline(release=release))
        self.release = release
        self.minor = int(release.version.partition(".")[2])
        self.heap = machine_of(self.session).engine
        self.oracle = Oracle(self.minor)
        self.careful = careful
        self.lines: list[str] = []
        self.procs = 1
        self.churned: set[str] = set()  # names of what churns made

    def play(self, line: str, watch: bool = False) -> Outcome:
        """Do one line and check; `watch` compares images when it fails.  Raises ScriptFailed."""
        self.lines.append(line)
        try:
            return self._play(line, watch or self.careful)
        except Exception as e:
            raise ScriptFailed(e, self.lines) from e

    def _play(self, line: str, watch: bool) -> Outcome:
        session = self.session
        before = self._state() if watch and session.world.extents.arenas.nbytes < _WATCHED else None
        numgc, known, blocks = self.numgc, len(session.objects), self._tiny_blocks()
        outcome = session.submit(line)
        if outcome.ok:
            assert outcome.error is None
            self._follow(outcome, known, self.numgc != numgc, blocks)
        else:
            assert outcome.error is not None
            assert outcome.error.message
            assert 1 <= outcome.error.column <= len(line) + 1, f"column {outcome.error.column} is outside the line"
            self._expect_failure(outcome)
        if before is not None and (outcome.result is None):
            assert self._state() == before, "a line that did nothing changed something"
        self.heap.check("cheap")
        return outcome

    @property
    def numgc(self) -> int:
        """Collections so far."""
        return self.session.world.sums.stats.numgc

    def _tiny_blocks(self) -> set[int]:
        """Those that the Ps fill and that survive a mark, as they do since 1.21."""
        return {cache.tiny for cache in self.session.world.caches.mcaches() if cache.tiny} if self.minor > 10 else set()

    def _state(self) -> tuple[object, int, int, int, list[str]]:
        objects = self.session.objects
        return self.heap.capture(), self.session.step, len(objects), objects.alive, objects.names()

    # --- The oracle's view ----------------------------------------------------------------------------------------------

    def _expect_failure(self, outcome: Outcome) -> None:
        """A command that parses may only fail for one of the reasons the oracle knows."""
        message = outcome.error.message if outcome.error is not None else ""
        match outcome.command:
            case Alloc(size, _, name, times) if name is not None and self._new_names(name, times) & self.oracle.living.keys():
                pass
            case Alloc(size) if size > _MAX_MEM:
                panics = self.minor == 10 or size > 1 << 48
                assert message.startswith("panic: runtime error: makeslice" if panics else "Go would ask the operating system")
            case Alloc(size, kind):
                self._expect_out_of_memory(span_bytes(size, kind == "noscan"), message)
            case Churn():
                assert message.endswith("fatal error: out of memory"), message
            case Drop():
                assert not self.oracle.can_drop(outcome.command), message
            case Link(src, slot, dst):
                a, b = self.oracle.can_use(src), self.oracle.can_use(dst)
                assert a is None or b is None or slot not in a.pointers, message
            case Unlink(src, slot):
                a = self.oracle.can_use(src)
                assert a is None or slot not in a.pointers, message
            case UseP(index):
                assert index >= self.procs, message
            case Show("locks") if self.minor > 10:
                assert "not modelled" in message
            case command:
                assert command is None or type(command).__name__ == "ShowOne", f"{command} failed: {message}"

    def _expect_out_of_memory(self, nbytes: int, message: str) -> None:
        assert self.minor == 10, "nothing that is asked for here is more than there is"
        first = message.split("\n", maxsplit=1)[0].split()
        assert message.endswith("fatal error: out of memory"), message
        ask = int(first[6].removesuffix("-byte"))
        wanted = -(-nbytes // 65536) * 65536
        h = heap_of(self.session).mheap
        if ask == MB > wanted:  # there was room for what was wanted, but by less than 1 MB the arena does not grow for a new span
            assert wanted <= h.arena_end - h.arena_used < MB, message
            return
        assert ask == wanted, message
        assert ask + h.arena_used > ARENA + (1 << 39) or outcome_many(self.lines[-1]), message

    def _new_names(self, name: str, times: int) -> set[str]:
        return {name} if times == 1 else {f"{name}.{i}" for i in range(1, times + 1)}

    def _follow(self, outcome: Outcome, known: int, collected: bool, blocks: set[int]) -> None:
        oracle = self.oracle
        command = outcome.command
        newborn = [self._thing(oid) for oid in range(known, len(self.session.objects))]
        gone = self._churned_away() if isinstance(command, Churn) else []
        at_once = isinstance(command, Gc | FreeOs | GcMark)  # else blocks came and went before the mark
        reached = oracle.mark(blocks if at_once else ()) if collected else 0
        match command:
            case Alloc() | Churn() if not collected:  # then nothing was freed: all of them are there
                self._add(newborn)
                oracle.forget({t.name for t in newborn if not t.rooted})
            case Alloc() | Churn():
                self._add_unsure(newborn, gone)
                if isinstance(command, Churn):
                    oracle.born = oracle.bytes_born = -1 << 60  # what churn allocated and lost is not followed
            case Drop():
                assert outcome.result is not None
                oracle.drop(command, cast("list[str]", outcome.result.data["names"]))
            case Link(src, slot, dst):
                a, b = oracle.is_there(src), oracle.is_there(dst)
                assert a is not None, "link did what it should have refused"
                assert b is not None, "link did what it should have refused"
                assert slot in a.pointers, "link did what it should have refused"
                a.links[slot] = b
            case Unlink(src, slot):
                a = oracle.is_there(src)
                assert a is not None, "unlink did what it should have refused"
                a.links.pop(slot, None)
            case Procs(n):
                self.procs = n
            case Gc() | FreeOs() | GcMark():
                assert self.session.world.sums.stats.heap_marked == reached, "the mark found other bytes than the oracle"
            case _:
                pass
        if isinstance(command, Gc | FreeOs | MemStats):
            self.check_books()
        if isinstance(command, Churn):
            self.churned |= {t.name for t in newborn}
            self._check_churn(outcome)

    def _churned_away(self) -> list[Thing]:
        """What a churn dropped of what was there before it: only what earlier ones made."""
        objects, oracle = self.session.objects, self.oracle
        oids = {name: objects.find_name(name) for name in oracle.living.keys() & self.churned}
        gone = [oracle.living[name] for name, oid in oids.items() if oid is not None and not objects.is_alive(oid)]
        oracle.forget({t.name for t in gone})
        assert all(objects.name_in_use(name) for name in oracle.living), "churn dropped what it had not made"
        return gone

    def _check_churn(self, outcome: Outcome) -> None:
        """Its answer counts what a collection would keep, of all there is."""
        assert outcome.result is not None
        things = self.oracle.reachable_things()
        slots = {t.slot for t in things if t.slot}
        data = outcome.result.data
        assert data["alive"] == sum(1 for t in things if t.rooted or t.slot), "alive"
        assert data["kept_bytes"] == sum(self.oracle.slots[slot] for slot in slots), "kept_bytes"
        own = [t.size for name, t in self.oracle.living.items() if name in self.churned]
        assert data["live_bytes"] == sum(own), "live_bytes"

    def _thing(self, oid: int) -> Thing:
        o = self.session.objects.info(oid)
        whole = (o.size or 0) // 8
        pointers = {"noscan": range(0), "scan": range(whole), "head": range(1), "every4": range(0, whole, 4)}[o.kind]
        header = 8 * has_header(o.size or 0, not pointers, self.minor)
        return Thing(o.name, o.addr, o.size or 0, pointers, rooted=self.session.objects.is_alive(oid), header=header)

    def _add(self, things: list[Thing]) -> None:
        for thing in things:
            if thing.size == 0:
                assert thing.addr < 0xC000000000, "an object of size 0 lies in the arena"
            self.oracle.add(thing)

    def _add_unsure(self, things: list[Thing], gone: list[Thing]) -> None:
        """A collection came between: what was dropped may be there or not, an old tiny block may be the old or a new one."""
        oracle = self.oracle
        for thing in things:
            if thing.rooted:
                if thing.addr != thing.slot + thing.header:
                    oracle.adopt(thing.slot, 16)
                oracle.add(thing)
        kept = self.allocated_slots()
        if self.minor > 10:  # a block that was being filled while it was collected is there, whoever refers to it
            oracle.condemned -= {base for base in oracle.condemned if kept.get(base) == 16}
        for thing in (*things, *gone):
            if not thing.rooted and thing.slot in kept:
                oracle.adopt(thing.slot, kept[thing.slot])
                if thing in things and oracle.in_slot[thing.slot]:
                    oracle.mixed.add(thing.slot)
        oracle.unnamed = self.session.objects.unnamed

    # --- Whole comparisons ------------------------------------------------------------------------------------------------

    def allocated_slots(self) -> dict[int, int]:
        """Base and bytes of every slot that the heap holds allocated and not condemned."""
        world = self.session.world
        found: dict[int, int] = {}
        for info in world.spans.rows():
            if info.state == "inuse":
                found |= {s.addr: info.elemsize for s in world.slots.rows(info.base) if s.state == "allocated"}
        return found

    def check_slots(self) -> None:
        """The heap holds exactly the slots that it must; links read back as stored."""
        oracle = self.oracle
        kept = {base: oracle.slots[base] for base in oracle.kept_slots()}
        got = self.allocated_slots()
        assert got == kept, f"slots that differ: {sorted(map(hex, got.keys() ^ kept.keys()))[:6]}"
        for thing in oracle.reachable_things():
            for slot, target in thing.links.items():
                word = self.session.world.slots.words(thing.addr + 8 * slot, 1)[0]
                assert word.pointer, f"{thing.name}.{slot} holds a pointer without a pointer bit"
                assert word.value == target.addr, f"{thing.name}.{slot} does not read back"

    def check_account(self) -> None:
        """The account adds up, and says of each class what the oracle knows: slots that live, and what was asked for in them."""
        world, oracle = self.session.world, self.oracle
        account = Account(world, self.session.objects)
        assert account.read().total == world.extents.arenas.nbytes
        live: Counter[int] = Counter()
        requested: Counter[int] = Counter()
        unsure: set[int] = set()  # classes with slots of which the model knows only that they are there
        pages: dict[int, int] = {}  # where a slot can begin -> span class
        for info in world.spans.rows():
            if info.state == "inuse":
                end = info.base + (info.nbytes if info.sizeclass else 1)
                pages |= dict.fromkeys(range(info.base, end, PAGE), info.spanclass)
        for base in oracle.kept_slots():
            spanclass = pages[base & -PAGE]
            live[spanclass] += 1
            things = oracle.in_slot[base]
            requested[spanclass] += things[0].size if len(things) == 1 else sum(thing.size for thing in things)
            if not things or base in oracle.mixed:
                unsure.add(spanclass)
        held, shares = account.held(), account.shares()
        assert {spanclass: one.live for spanclass, one in held.items() if one.live} == live
        for spanclass in held.keys() - unsure:
            assert shares[spanclass].requested == requested[spanclass], f"requested of span class {spanclass}"
            assert shares[spanclass].wasted == shares[spanclass].total - requested[spanclass]
        for spanclass, one in held.items():
            each = 1 if spanclass < 2 else self._slots_of_span(spanclass)
            assert (one.needed - 1) * each < one.live <= one.needed * each

    def _slots_of_span(self, spanclass: int) -> int:
        if self.minor > 10:
            return modern_slots_of_span(spanclass, self.minor)
        return SIZE_CLASSES[(spanclass >> 1) - 1][4]

    def check_books(self) -> None:
        """After a flush MemStats counts what was born; after a full sweep also what is there."""
        m, oracle = self.session.world.sums.mem_stats(), self.oracle
        if oracle.born >= 0:
            assert m.Mallocs == oracle.born, "Mallocs"
            assert m.TotalAlloc == oracle.bytes_born, "TotalAlloc"
        if self.session.world.sums.sweepdone:
            kept = oracle.kept_slots()
            assert m.HeapObjects == len(kept), "HeapObjects"
            assert m.HeapAlloc == sum(oracle.slots[base] for base in kept), "HeapAlloc"

    def check_all(self, level: Level = "full") -> None:
        """Invariants and oracle; raises ScriptFailed."""
        try:
            self.heap.check(level)
            self.check_slots()
            if len(self.lines) % _ACCOUNT_EVERY == 0:
                self.check_account()
        except Exception as e:
            raise ScriptFailed(e, self.lines) from e


def outcome_many(line: str) -> bool:
    """Whether a line allocates several objects, so that the arena was larger when it failed than it is now."""
    return " times " in line


def first_failure(lines: list[str], level: Level | None, release: Release = ALWAYS) -> ScriptFailed | None:
    """Play lines afresh, with whole checks of `level` after each unless it is None."""
    player = Player(release=release)
    try:
        for line in lines:
            player.play(line)
            if level is not None:
                player.check_all(level)
        player.check_all()
    except ScriptFailed as e:
        return e
    return None


def shortened(failure: ScriptFailed, seconds: float = 20, release: Release = ALWAYS) -> ScriptFailed:
    """The same kind of failure from fewer lines, as far as leaving lines out gets in the time given."""
    level: Level | None = "full" if len(failure.lines) < SHORT else None
    end = time.monotonic() + seconds
    best = first_failure(failure.lines, level, release) or failure
    size = len(best.lines) // 2
    while size and time.monotonic() < end:
        at = 0
        while at < len(best.lines) and time.monotonic() < end:
            shorter = first_failure(best.lines[:at] + best.lines[at + size :], level, release)
            if shorter is not None and type(shorter.error) is type(failure.error):
                best = shorter
            else:
                at += size
        size //= 2
    return best
