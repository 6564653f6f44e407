"""Two files of one kind: what grew by type, size class and call site is what was put there."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gomem_core.session.console import Console
from gomem_core.session.opened import open_file
from gomem_tui.__main__ import main
from tests import schemafile
from tests.written.dumpfile import dumped, memstats, numbers, segment, text, thing
from tests.written.realfiles import REAL, truth
from tests.written.test_profiles import HEAD, PPROF, field

Capture = pytest.CaptureFixture[str]
VALIDATOR = Draft202012Validator(json.loads(schemafile.PATH.read_text(encoding="utf-8")))
HEAP = 0xC000000000


def written(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def compared(then: str, now: str, capsys: Capture) -> dict[str, Any]:
    assert main(["diff", "--json", then, now]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(found)
    return found


def heap(count: int) -> bytes:
    """A list of nodes of 48 bytes, and a buffer; in the second dump elsewhere, as in another run."""
    base = HEAP + (count << 20)
    nodes = b"".join(thing(base + 48 * n, 48, {8: base + 48 * (n + 1) if n + 1 < count else 0}) for n in range(count))
    site = numbers(16, 1, 48, 1) + text("main.push") + text("list.go") + numbers(7, count, 0)
    buffer = thing(base + 0x10000, 4096)
    size = 48 * count + 4096
    return dumped(
        nodes, buffer, segment(0x500000, [base]), site, memstats(HeapAlloc=size, HeapObjects=count + 1, HeapInuse=16384)
    )


def test_a_list_that_grew_in_a_dump(tmp_path: Path, capsys: Capture) -> None:
    then, now = written(tmp_path, "a", heap(10)), written(tmp_path, "b", gzip.compress(heap(100)))
    found = compared(then, now, capsys)
    assert (found["kind"], found["same"]) == ("dump", False)
    assert found["types"] == [
        {"name": "48 B ·P····", "bytes_then": 480, "bytes_now": 4800, "objects_then": 10, "objects_now": 100}
    ]
    assert found["classes"] == [{**found["types"][0], "name": "48 B scan"}]
    assert found["sites"] == [{**found["types"][0], "name": "main.push list.go:7"}]
    assert {one["name"]: one["now"] - one["then"] for one in found["memstats"]} == {"HeapAlloc": 4320, "HeapObjects": 90}
    assert main(["diff", then, now]) == 0
    out = capsys.readouterr().out
    assert "the type 48 B ·P···· +4.2K; the class 48 B scan +4.2K" in out
    assert main(["diff", now, now]) == 0
    assert "nothing differs between" in capsys.readouterr().out
    back = compared(now, then, capsys)
    assert back["types"][0]["bytes_now"] == 480


def test_growth_of_real_dumps_is_that_of_their_memstats(capsys: Capture) -> None:
    then, now = (str(REAL / f"go1.27.3-{name}.heapdump.gz") for name in ("lru", "grow"))
    found = compared(then, now, capsys)
    before, after = (truth(f"go1.27.3-{name}")["memstats_before_dump"] for name in ("lru", "grow"))
    for by in ("types", "classes"):
        rows = found[by]
        assert sum(row["bytes_now"] - row["bytes_then"] for row in rows) == after["HeapAlloc"] - before["HeapAlloc"]
        assert sum(row["objects_now"] - row["objects_then"] for row in rows) == after["HeapObjects"] - before["HeapObjects"]
    told = {one["name"]: (one["then"], one["now"]) for one in found["memstats"]}
    assert told["HeapInuse"] == (before["HeapInuse"], after["HeapInuse"])
    assert found["sites"][0]["name"] == "main.grow.func2 work.go:274"


def test_growth_of_real_profiles_is_what_pprof_counts(capsys: Capture) -> None:
    files = [f"go1.27.3-{name}.heap.pb.gz" for name in ("trees", "lru")]
    found = compared(str(REAL / files[0]), str(REAL / files[1]), capsys)
    was, now = (PPROF[file]["inuse_space"]["total"] for file in files)
    assert sum(row["bytes_now"] - row["bytes_then"] for row in found["sites"]) == now - was
    assert (found["types"], found["memstats"]) == (None, [])


def test_a_text_and_a_protobuf_of_one_moment_hardly_differ(capsys: Capture) -> None:
    then, now = (str(REAL / f"go1.27.3-nodes.heap.{form}.gz") for form in ("pb", "txt"))
    found = compared(then, now, capsys)
    assert not [row for row in found["sites"] if row["name"].startswith("main.")]


def test_memstats_and_gctrace_grow_too(capsys: Capture) -> None:
    for file, field_, kind in (("memstats.json.gz", "HeapAlloc", "memstats"), ("gctrace.txt", "next_gc", "gctrace")):
        then, now = (str(REAL / f"go1.27.3-{name}.{file}") for name in ("lru", "grow"))
        found = compared(then, now, capsys)
        assert found["kind"] == kind
        assert field_ in {one["name"] for one in found["memstats"]}


def test_two_kinds_cannot_be_compared(tmp_path: Path, capsys: Capture) -> None:
    dump, profile = written(tmp_path, "d", heap(3)), written(tmp_path, "p", HEAD + field(2, field(1, 1) + field(2, b"\1\1\1\1")))
    assert main(["diff", dump, profile]) == 3
    assert "is a dump and" in capsys.readouterr().err
    assert main(["diff", dump, written(tmp_path, "s.gomem", b"alloc 48\n")]) == 3
    assert "a session: two of one kind can be compared" in capsys.readouterr().err


def test_a_typed_diff_tells_the_same(tmp_path: Path) -> None:
    then, now = written(tmp_path, "a", heap(10)), written(tmp_path, "b", heap(20))
    console = Console(True, open_file(Path(now)), None)
    done = console.submit(f"diff file {then}")
    assert done.result is not None
    assert done.result.summary.startswith(f"between {then} and this still: HeapAlloc +480 B")
    wrong = console.submit(f"diff file {REAL / 'go1.27.3-lru.memstats.json.gz'}")
    assert wrong.error is not None
    assert "two of one kind can be compared" in wrong.error.message
