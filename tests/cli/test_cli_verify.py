"""`gomem verify`: its table, its JSON, and that no file whatever makes it fail otherwise than it should."""

import gzip
import json
import re
import tracemalloc
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gomem_tui.__main__ import main
from tests.cli.process import shell

Capture = pytest.CaptureFixture[str]
RECORDINGS = Path(__file__).parent.parent / "recordings"
TINY = RECORDINGS / "15_tiny_swap.jsonl.gz"
BITS = RECORDINGS / "03_heapbits.jsonl.gz"
ORDER = RECORDINGS / "16_mcentral_order.jsonl.gz"
COLUMNS = ("addresses", "events", "snapshots", "heapbits", "memstats")


@cache
def lines(recording: Path) -> tuple[str, ...]:
    with gzip.open(recording, "rt", encoding="utf-8") as file:
        return tuple(file.read().splitlines())


def changed(recording: Path, change: Callable[[list[Any]], object], to: Path) -> Path:
    """A copy in which `change` has changed the records."""
    records = [json.loads(line) for line in lines(recording)]
    change(records)
    to.write_text("".join(json.dumps(record) + "\n" for record in records))
    return to


def last_alloc(records: list[Any]) -> dict[str, Any]:
    record: dict[str, Any] = [r for r in records if r["k"] == "op" and r["op"] == "alloc"][-1]
    return record


def wrong_address(records: list[Any]) -> None:
    last_alloc(records)["addr"] = "0xc420099000"


@pytest.fixture
def different(tmp_path: Path) -> Path:
    return changed(TINY, wrong_address, tmp_path / "different.jsonl")


# --- What it prints -----------------------------------------------------------------------------------------------------


def test_json_is_an_object_a_file(capsys: Capture) -> None:
    assert main(["verify", "--json", str(TINY), str(BITS)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    tiny, bits = (json.loads(line) for line in out.splitlines())
    allocs = sum(1 for line in lines(TINY) if '"op":"alloc"' in line and '"k":"op"' in line)
    assert list(tiny) == ["file", "go", "ops", *COLUMNS, "first_difference"]
    assert (tiny["file"], tiny["go"], tiny["first_difference"]) == (str(TINY), "go1.10.7", None)
    assert tiny["addresses"] == {"compared": allocs, "equal": allocs}
    assert tiny["heapbits"] == {"compared": 0, "equal": 0}
    asked = sum(1 for line in lines(BITS) if line.startswith('{"k":"heapbits"'))
    assert bits["heapbits"] == {"compared": asked, "equal": asked}


def test_a_table(capsys: Capture) -> None:
    assert main(["verify", str(TINY), str(BITS)]) == 0
    heading, tiny, bits = capsys.readouterr().out.splitlines()
    assert heading.split() == ["file", "go", "ops", *COLUMNS, "result"]
    assert tiny.split()[0] == str(TINY)
    assert tiny.split()[3] == "19/19"
    assert bits.split()[-1] == "equal"


def test_the_first_difference_is_told_with_its_line(different: Path, capsys: Capture) -> None:
    assert main(["verify", str(different)]) == 1
    out, err = capsys.readouterr()
    records = [json.loads(line) for line in lines(TINY)]
    op = last_alloc(records)
    assert err == ""
    assert out.splitlines()[1].endswith("DIFFERS")
    assert f"{different}:{records.index(op) + 1}: op {op['i']}: alloc" in out
    assert "expected addr=0xc420099000" in out
    assert f"got      addr={op['addr']}" in out


def test_a_difference_as_json(different: Path, capsys: Capture) -> None:
    assert main(["verify", "--json", str(different)]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["addresses"] == {"compared": 19, "equal": 18}
    assert set(report["first_difference"]) == {"line", "op", "what", "expected", "got"}


def test_files_after_a_bad_one_are_verified_and_bad_wins(different: Path, tmp_path: Path, capsys: Capture) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{}\n")
    files = [str(different), str(bad), str(tmp_path / "nosuch"), str(tmp_path), str(TINY)]
    assert main(["verify", "--json", *files]) == 3
    out, err = capsys.readouterr()
    records = [json.loads(line) for line in out.splitlines()]
    assert [record["file"] for record in records] == files
    assert [set(record) == {"file", "line", "error"} for record in records] == [False, True, True, True, False]
    assert (records[1]["line"], records[2]["line"]) == (1, None)
    assert err.splitlines()[0].startswith(f"{bad}:1: expected")
    assert err.splitlines()[1] == f"{tmp_path / 'nosuch'}: cannot be read: No such file or directory"
    assert main(["verify", *files]) == 3
    assert len(capsys.readouterr().out.split("\n\n")[0].splitlines()) == 3  # heading, the different one, the equal one


# --- Files that are none ------------------------------------------------------------------------------------------------


def without_snapshots(records: list[Any]) -> None:
    records[:] = [record for record in records if record["k"] != "snapshot"]


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (without_snapshots, None, "no snapshot to start from"),
        (lambda records: records.clear(), None, "the file is empty"),
        (lambda records: records.pop(0), 1, '"meta"'),
        (lambda records: records[0].update(lost=5), 1, "lost 5 words"),
        (lambda records: records.pop(), len(lines(TINY)) - 1, "truncated"),
        (lambda records: last_alloc(records).pop("size"), len(lines(TINY)) - 2, "there is no 'size'"),
    ],
)
def test_where_a_file_is_no_recording(
    change: Callable[[list[Any]], object], line: int | None, said: str, tmp_path: Path, capsys: Capture
) -> None:
    path = changed(TINY, change, tmp_path / "bad.jsonl")
    assert main(["verify", str(path)]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    if line is not None:
        assert err.startswith(f"{path}:{line}: ")


def test_a_snapshot_that_contradicts_itself(tmp_path: Path, capsys: Capture) -> None:
    def move(records: list[Any]) -> None:
        first = next(record for record in records if record["k"] == "snapshot")
        first["span_list"][0]["npages"] += 1

    path = changed(TINY, move, tmp_path / "bad.jsonl")
    number = next(i for i, line in enumerate(lines(TINY), 1) if line.startswith('{"k":"snapshot"'))
    assert main(["verify", str(path)]) == 3
    assert capsys.readouterr().err.startswith(f"{path}:{number}: ")


def test_an_endless_line_is_refused_after_a_bounded_read(tmp_path: Path, capsys: Capture) -> None:
    """600 MB without a line break, in a file of 600 KB: a hundred gzip members, one behind the other, are one text."""
    bomb = tmp_path / "bomb.jsonl.gz"
    bomb.write_bytes(gzip.compress(b"x" * 6_000_000) * 100)
    tracemalloc.start()
    try:
        assert main(["verify", str(bomb)]) == 3
        assert tracemalloc.get_traced_memory()[1] < 250_000_000
    finally:
        tracemalloc.stop()
    assert f"{bomb}:1: a line has at most 64 MB" in capsys.readouterr().err


def test_events_without_end_are_refused_after_a_bounded_number(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gomem_core.recordings.format.MOST_EVENTS", 100)
    bomb = tmp_path / "bomb.jsonl.gz"
    bomb.write_bytes(gzip.compress(lines(TINY)[0].encode() + b'\n{"k":"x"}' * 1_000_000))
    assert main(["verify", str(bomb)]) == 3
    assert f"{bomb}:102: an op has at most 100 events; here are more" in capsys.readouterr().err


def test_a_pipe_is_a_file_too() -> None:
    for cat in ("cat", "zcat"):
        done = shell(f"$gomem verify --json <({cat} {TINY})")
        assert done.returncode == 0, done.stderr
        assert b'"equal": 19' in done.stdout


# --- Any file -----------------------------------------------------------------------------------------------------------


def verdict(path: Path) -> int:
    """The exit code, which is one of three, and agrees with what was printed."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(["verify", "--json", str(path)])
    (record,) = [json.loads(line) for line in out.getvalue().splitlines()]
    if status == 3:
        assert record["error"]
        assert err.getvalue().startswith(str(path))
    else:
        assert (record["first_difference"] is not None) == (status == 1)
        assert err.getvalue() == ""
    assert status in {0, 1, 3}
    return status


@given(place=st.floats(0, 1, exclude_max=True), bits=st.integers(1, 255), cut=st.booleans(), packed=st.booleans())
@example(place=0.0, bits=1, cut=True, packed=False)  # an empty file
@example(place=0.0, bits=1, cut=False, packed=True)
def test_flipped_and_cut_bytes(
    place: float, bits: int, cut: bool, packed: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = TINY.read_bytes() if packed else gzip.decompress(TINY.read_bytes())
    at = int(place * len(whole))
    path = tmp_path_factory.getbasetemp() / "damaged.jsonl"
    path.write_bytes(whole[:at] if cut else whole[:at] + bytes([whole[at] ^ bits]) + whole[at + 1 :])
    status = verdict(path)
    if cut and (packed or not whole[:at].endswith((b"\n", b"}"))):  # else it may end behind an op, which nobody can tell
        assert status == 3


_NUMBERS = (0, 1, -1, 2**31, 2**63, 2**64 - 1, 10**30, -(2**63), 1.5, float("nan"), 1e308, True)
_TEXTS = ("", "x", "0x", "0xzz", "-0x1", "0xc420000000", "0xffffffffffffffff", "0x" + "f" * 40)
_JUNK = st.sampled_from([*_NUMBERS, *_TEXTS, None]) | st.sampled_from([[], {}, [1], ["0x1"], [[]], {"1": []}])


@st.composite
def mutations(draw: st.DrawFn, recording: Path) -> list[Any]:
    """The records with some of them missing, swapped, doubled, or changed somewhere inside."""
    records = [json.loads(line) for line in lines(recording)]
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["drop", "double", "swap", "inside", "inside", "inside", "snapshot", "snapshot"]))
        i, j = (draw(st.integers(0, len(records) - 1)) for _ in range(2))
        match kind:
            case "drop":
                del records[i]
            case "double":
                records.insert(j, records[i])
            case "swap":
                records[i], records[j] = records[j], records[i]
            case "inside":
                _change_inside(draw, records[i])
            case _:
                snapshots = [record for record in records if record.get("k") == "snapshot"]
                if snapshots:
                    _change_inside(draw, snapshots[0])
    return records


def _change_inside(draw: st.DrawFn, at: Any) -> None:
    """Go down some way, then delete a field, nudge a number, or put something else in its place."""
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        if not isinstance(at[key], dict | list) or not draw(st.booleans()):
            break
        at = at[key]
    what = draw(st.sampled_from(["delete", "nudge", "replace"]))
    if what == "delete":
        del at[key]
    elif what == "nudge" and isinstance(at[key], int):
        at[key] += draw(st.sampled_from([-64, -1, 1, 8, 8192]))
    elif what == "nudge" and isinstance(at[key], str) and re.fullmatch("0x[0-9a-f]+", at[key]):
        at[key] = hex(int(at[key], 16) + draw(st.sampled_from([-8192, -8, 1, 8, 8192])))
    else:
        at[key] = draw(_JUNK)


@pytest.mark.parametrize("recording", [TINY, BITS, ORDER], ids=lambda path: path.name.split(".")[0])
@given(data=st.data())
def test_changed_records(recording: Path, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    records = data.draw(mutations(recording))
    path = tmp_path_factory.getbasetemp() / "changed.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    verdict(path)
