"""Heap profiles: what is read of them is what `go tool pprof` of Go 1.27.3 reads, and the text form tells the same."""

import gzip
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from gomem_core.files.stillfile import FieldError, read_still, still_bytes
from gomem_core.formats.heapprofile import ProfileError, is_profile, read_profile
from gomem_core.go.versions import PROFILES
from gomem_core.queries.amounts import By, amounts, growth
from gomem_core.queries.sitetree import folded, site_tree
from gomem_core.session.opened import open_file
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip
from gomem_core.world.world import NotKnown
from gomem_core.written.profile import world_of_profile
from gomem_tui.__main__ import main
from tests import schemafile
from tests.written.dumpfile import number, text
from tests.written.realfiles import REAL, dump_world, truth, unpacked

Capture = pytest.CaptureFixture[str]
VALIDATOR = Draft202012Validator(json.loads(schemafile.PATH.read_text(encoding="utf-8")))
PPROF: Final[dict[str, Any]] = json.loads(unpacked("pprof.json.gz"))
FILES: Final = sorted(PPROF)
SLOTS: Final = {c.size for c in PROFILES[-1].classes}


def world(file: str) -> Still:
    return world_of_profile(unpacked(file), file)


@pytest.mark.parametrize("file", FILES)
def test_functions_have_what_pprof_says(file: str) -> None:
    sites = world(file).sites
    assert sites is not None
    columns = {
        "inuse_space": sites.inuse_bytes,
        "alloc_space": sites.alloc_bytes,
        "inuse_objects": sites.inuse_objects,
        "alloc_objects": sites.alloc_objects,
    }
    for sort, column in columns.items():
        flat, cum = Counter[str](), Counter[str]()
        for row, amount in enumerate(column):
            stack = sites.stacks[sites.stack[row]]
            flat[stack[0].function] += amount
            cum.update(dict.fromkeys({line.function for line in stack}, amount))
        expected = PPROF[file][sort]
        assert sum(column) == expected["total"]
        assert {name: [flat[name], cum[name]] for name in expected["functions"]} == expected["functions"]
        assert +cum == +Counter({name: total for name, (_, total) in expected["functions"].items()})


@pytest.mark.parametrize("file", FILES)
def test_the_tree_adds_up(file: str) -> None:
    sites = world(file).sites
    assert sites is not None
    for ever, sort in ((False, "inuse_space"), (True, "alloc_space")):
        tree = site_tree(sites, ever)
        assert sum(one.nbytes for one in tree if not one.depth) == PPROF[file][sort]["total"]
        assert sum(one.own for one in tree) == PPROF[file][sort]["total"]
        for at, one in enumerate(tree):
            end = next((n for n in range(at + 1, len(tree)) if tree[n].depth <= one.depth), len(tree))
            below = [b.nbytes for b in tree[at + 1 : end] if b.depth == one.depth + 1]
            assert one.nbytes == one.own + sum(below)
            assert below == sorted(below, reverse=True)


def test_a_way_without_a_turn_is_one_branch() -> None:
    """main calls f twice, by g and by h: g allocates itself too, h only calls."""
    lines = {name: field(4, field(1, n) + field(4, field(1, n))) for n, name in enumerate("xfghim")}
    functions = b"".join(field(5, field(1, n) + field(2, 9 + n)) for n in range(6))
    names = b"".join(field(6, name.encode()) for name in "xfghim")
    stacks = [(bytes([1, 2, 5]), 10), (bytes([2, 5]), 5), (bytes([1, 3, 4, 5]), 20)]
    samples = b"".join(field(2, field(1, stack) + field(2, bytes([1, n, 1, n]))) for stack, n in stacks)
    w = world_of_profile(HEAD + names + functions + b"".join(lines.values()) + samples, "")
    assert w.sites is not None
    tree = [(one.depth, one.name, one.nbytes, one.own) for one in site_tree(w.sites)]
    h = [(1, "i", 20, 0), (2, "h", 20, 0), (3, "f", 20, 20)]
    assert tree == [(0, "m", 35, 0), *h, (1, "g", 15, 5), (2, "f", 10, 10)]
    assert [(one.depth, one.name, one.nbytes, one.own) for one in folded(site_tree(w.sites))] == [
        (0, "m", 35, 0),
        (1, "i › h › f", 20, 20),
        (1, "g", 15, 5),
        (2, "f", 10, 10),
    ]


@pytest.mark.parametrize("file", FILES)
def test_folding_loses_nothing(file: str) -> None:
    sites = world(file).sites
    assert sites is not None
    tree = site_tree(sites, ever=True)
    short = folded(tree)
    assert [name for one in short for name in one.name.split(" › ")] == [one.name for one in tree]
    assert sum(one.own for one in short) == sum(one.own for one in tree)
    assert all(b.depth <= a.depth + 1 for a, b in pairwise(short))


def test_all_sizes_that_go_tells_are_sizes_of_slots() -> None:
    """So that what was asked for of a slot cannot be told from a profile."""
    for file in FILES:
        sites = world(file).sites
        assert sites is not None
        assert all(size in SLOTS or size % 8192 == 0 for size in sites.size)


def test_text_and_protobuf_of_one_moment_tell_the_same() -> None:
    """Written one after the other by tests/written/programs/nodes.go, whose own counts are known, too."""
    stacks = []
    for file in ("go1.27.3-nodes.heap.pb.gz", "go1.27.3-nodes.heap.txt.gz"):
        sites = world(file).sites
        assert sites is not None
        assert sites.rate == 8192
        found: Counter[tuple[object, ...]] = Counter()
        for row, n in enumerate(sites.stack):
            if any(line.function.startswith("main.grow") or line.function == "main.buffers" for line in sites.stacks[n]):
                where = tuple(line.function for line in sites.stacks[n] if line.function.startswith("main."))
                found[*where, sites.size[row], "inuse"] += sites.inuse_bytes[row]
                found[*where, sites.size[row], "ever"] += sites.alloc_bytes[row]
        stacks.append(+found)
    assert stacks[0] == stacks[1]
    assert len(stacks[0]) > 3


def test_what_the_text_says_besides() -> None:
    found = read_profile(unpacked("go1.27.3-nodes.heap.txt.gz"))
    told = json.loads(unpacked("go1.27.3-nodes.json"))
    assert found.memstats["TotalAlloc"] > told["TotalAlloc"]  # it was read a moment later
    assert found.memstats["HeapAlloc"] - told["HeapAlloc"] <= found.memstats["TotalAlloc"] - told["TotalAlloc"]
    nodes = sum(s.inuse_objects for s in found.samples if s.size == 32 and s.stack[0].function == "main.grow")
    assert 0.8 * told["nodes"] < nodes < 1.2 * told["nodes"]  # a sample of some hundred


@pytest.mark.parametrize("file", ["go1.27.3-grow.heap.pb.gz", "go1.27.3-nodes.heap.txt.gz"])
def test_a_profile_that_was_kept_is_the_same(file: str) -> None:
    w = world(file)
    kept = read_still(gzip.decompress(still_bytes(w)))
    assert kept == w
    assert (w.kind, kept.kind, kept.place.of) == ("profile", "still", "profile")


def test_a_still_with_sites_that_cannot_be_is_refused() -> None:
    found = json.loads(gzip.decompress(still_bytes(world(FILES[0]))))
    damages: list[tuple[str, Any, str]] = [
        ("stack", 10_000, "sites.stack"),
        ("stacks", [["f", "file"]], "a function, a file and a line"),
        ("stacks", [["f", 3, 1]], "a string"),
        ("inuse_bytes", -1, "inuse_bytes"),
    ]
    for name, value, why in damages:
        damaged = json.loads(json.dumps(found))
        damaged["sites"][name][0] = value
        with pytest.raises(FieldError, match=why):
            read_still(json.dumps(damaged).encode())


def test_open_and_top_know_profiles_by_their_content(tmp_path: Path, capsys: Capture) -> None:
    for file in ("go1.27.3-grow.heap.pb.gz", "go1.27.3-nodes.heap.txt.gz"):
        for n, data in enumerate((unpacked(file), gzip.compress(unpacked(file)))):
            path = tmp_path / f"{n}.gomem"
            path.write_bytes(data)
            assert isinstance(open_file(path), Strip)
            assert main(["open", "--json", str(path)]) == 0
            found = json.loads(capsys.readouterr().out)
            VALIDATOR.validate(found)
            assert (found["kind"], found["go"], found["stacks"] > 5) == ("profile", None, True)
    expected = PPROF["go1.27.3-grow.heap.pb.gz"]
    real = str(REAL / "go1.27.3-grow.heap.pb.gz")
    assert main(["top", "--json", real]) == 0
    top = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(top)
    assert (top["by"], top["rows"][0]["name"]) == ("site", "runtime/trace.(*traceMultiplexer).startLocked subscribe.go:142")
    assert top["rows"][0]["bytes"] == expected["inuse_space"]["functions"]["runtime/trace.(*traceMultiplexer).startLocked"][0]
    for by in ("site", "class"):
        assert main(["top", "--json", "--by", by, real]) == 0
        rows = json.loads(capsys.readouterr().out)["rows"]
        assert sum(row["bytes"] for row in rows) == expected["inuse_space"]["total"]
        assert sum(row["alloc_bytes"] for row in rows) == expected["alloc_space"]["total"]
    assert main(["top", "--tree", "--json", real]) == 0
    tree = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(tree)
    assert sum(row["own"] for row in tree["rows"]) == expected["inuse_space"]["total"]
    assert main(["top", "--tree", real]) == 0
    printed = capsys.readouterr().out
    assert "runtime.main › main.main\n" in printed
    assert "branches below 0.5% are left out" in printed
    assert main(["top", "--by", "type", real]) == 3
    assert "a heap profile has call sites and no addresses" in capsys.readouterr().err
    assert main(["top", "-n", "2", real]) == 0
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 5
    assert out[-1].startswith("and ")


# --- A dump has call sites, too -----------------------------------------------------------------------------------------------


def test_a_dump_has_the_call_sites_of_the_objects_that_were_looked_at() -> None:
    w = dump_world("go1.27.3-lru")
    assert w.sites is not None
    assert not w.sites.scaled
    found = {
        line.function
        for witness in truth("go1.27.3-lru")["witnesses"]
        for line in w.sites.stacks[w.sites.slots.get(int(witness["addr"], 16), -1)]
        if int(witness["addr"], 16) in w.sites.slots
    }
    assert {"main.main", "main.lru"} <= found
    assert {slot: w.slots.base_of(slot) for slot in w.sites.slots} == {slot: slot for slot in w.sites.slots}


def test_types_of_a_dump_add_up_and_keep_what_they_keep() -> None:
    w = dump_world("go1.27.3-grow")
    rows = amounts(w, "type")
    stats = truth("go1.27.3-grow")["memstats_before_dump"]
    assert sum(one.nbytes for one in rows) == stats["HeapAlloc"]
    assert sum(one.objects for one in rows) == stats["HeapObjects"]
    assert all(one.keeps is not None and one.keeps <= stats["HeapAlloc"] for one in rows)
    assert sum(one.nbytes for one in amounts(w, "class")) == stats["HeapAlloc"]


def test_what_grew_is_what_differs() -> None:
    then, now = (world(f"go1.27.3-{name}.heap.pb.gz") for name in ("lru", "grow"))
    both: tuple[By, By] = ("site", "class")
    for by in both:
        grown = growth(amounts(then, by), amounts(now, by))
        assert sum(one.more for one in grown) == 3895710 - 2801131
        assert [one.more for one in grown] == sorted((one.more for one in grown), reverse=True)
    assert growth(amounts(now, "site"), amounts(now, "site")) == []


# --- Made up, and damaged -----------------------------------------------------------------------------------------------------


def field(number_: int, value: int | bytes) -> bytes:
    return number(number_ << 3) + number(value) if isinstance(value, int) else number(number_ << 3 | 2) + text(value)


STRINGS: Final = ["", "alloc_objects", "count", "alloc_space", "bytes", "inuse_objects", "inuse_space", "main.f", "f.go"]
HEAD: Final = (
    b"".join(field(1, field(1, n) + field(2, 2)) for n in (1, 3, 5, 6))
    + b"".join(field(6, s.encode()) for s in STRINGS)
    + field(5, field(1, 1) + field(2, 7) + field(4, 8))
    + field(4, field(1, 1) + field(4, field(1, 1) + field(2, 30)))
)


def test_a_profile_written_by_hand() -> None:
    sample = field(2, field(1, b"\1") + field(2, b"\3\x90\1\2`") + field(3, field(1, 4) + field(3, 48)))
    unpacked_numbers = field(2, field(1, 1) + b"".join(field(2, n) for n in (1, 48, 0, 0)))
    found = read_profile(HEAD + sample + unpacked_numbers + field(12, 4096) + field(15, b"from a later version"))
    assert [(s.size, s.alloc_objects, s.alloc_bytes, s.inuse_objects, s.inuse_bytes) for s in found.samples] == [
        (48, 3, 144, 2, 96),
        (0, 1, 48, 0, 0),
    ]
    assert found.samples[0].stack == (("main.f", "f.go", 30),)
    assert found.rate == 4096


HOSTILE: Final = {
    "numbers that name nothing": field(2, field(1, 77) + field(2, b"\1\1\1\1") + field(3, field(1, 1 << 40) + field(3, 5))),
    "fewer values than sorts": field(2, field(1, 1) + field(2, b"\1")),
    "negative values": field(2, field(1, 1) + b"".join(field(2, (1 << 64) - 5) for _ in range(4))),
    "a function that is a number": field(5, field(1, b"x") + field(2, b"y")),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_a_damaged_profile_does_not_tell_is_nothing(what: str) -> None:
    for sample in read_profile(HEAD + HOSTILE[what]).samples:
        assert min(sample[1:]) >= 0


def test_damage_is_a_sentence() -> None:
    with pytest.raises(ProfileError, match="a profile of nothing, and not of a heap"):
        read_profile(field(1, b"") + field(6, b""))
    with pytest.raises(ProfileError, match="does not fit into its message"):
        read_profile(HEAD + b"\x12\x7f")
    with pytest.raises(ProfileError, match="has no end"):
        read_profile(HEAD + b"\xff" * 11)
    with pytest.raises(ProfileError, match="its first line is not"):
        read_profile(b"heap profile: many\n")
    data, random = unpacked("go1.27.3-lru.heap.pb.gz"), Random(2)
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(3):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        try:
            w = world_of_profile(bytes(damaged), "")
        except ProfileError:
            continue
        assert w.sites is not None
        site_tree(w.sites)
        amounts(w, "site")


def test_a_profile_of_something_else_is_told_of(tmp_path: Path, capsys: Capture) -> None:
    cpu = field(1, field(1, 1) + field(2, 2)) + b"".join(field(6, s) for s in (b"", b"samples", b"count"))
    assert is_profile(cpu)
    path = tmp_path / "cpu"
    path.write_bytes(gzip.compress(cpu))
    assert main(["open", "--json", str(path)]) == 3
    assert "a profile of samples, and not of a heap" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["alloc 48 scan\n", "\n\n\nalloc 3\n", "help\n", "gomem 1\nalloc 8\n", "", "\n"])
def test_scripts_are_no_profiles(line: str, tmp_path: Path) -> None:
    path = tmp_path / "script"
    path.write_text(line)
    assert not isinstance(open_file(path), Strip)


def test_a_deep_stack_is_no_trouble() -> None:
    deep = field(2, field(1, bytes([1] * 5_000)) + field(2, b"\1\1\1\1"))
    w = world_of_profile(HEAD + deep, "")
    assert w.sites is not None
    assert len(site_tree(w.sites)) == 1_000
    with pytest.raises(NotKnown):
        amounts(w, "type")


def test_as_text_the_pane_is_printed_that_has_something_to_show(capsys: Capture) -> None:
    assert main(["open", "--text", str(REAL / "go1.27.3-lru.heap.pb.gz")]) == 0
    assert capsys.readouterr().out.startswith("Pane 0 Sites: by bytes descending")
