"""`gomem core`: figures as JSON and as text, and one sentence with exit code 3 for whatever cannot be read."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gomem_core.cli import attach
from gomem_core.outside.listing import Found
from gomem_tui.__main__ import main
from tests import schemafile
from tests.outside.corefiles import CORES, truth, unpacked

Capture = pytest.CaptureFixture[str]
VALIDATOR = Draft202012Validator(json.loads(schemafile.PATH.read_text(encoding="utf-8")))


def test_json_is_one_object_with_the_figures_of_the_program(capsys: Capture) -> None:
    assert main(["core", "--json", unpacked("frag-1.27.3.core"), unpacked("frag-1.27.3.exe")]) == 0
    out, err = capsys.readouterr()
    found, stats = json.loads(out), truth("frag-1.27.3")["MemStats"]
    VALIDATOR.validate(found)
    assert err == ""
    assert (found["kind"], found["go"], found["held_ms"], found["disputed"]) == ("core", "go1.27.3", None, 0)
    by_size = [[row["Size"], row["Mallocs"] - row["Frees"]] for row in stats["BySize"]]
    assert found["memstats"] == {key: stats[key] for key in found["memstats"] if key != "BySize"} | {"BySize": by_size}
    assert found["live"] == {"objects": stats["HeapObjects"], "bytes": stats["HeapAlloc"]}  # two collections, all swept


def test_what_lives_is_unknown_while_marks_are_made(capsys: Capture) -> None:
    assert main(["core", "--json", unpacked("mark-1.26.6-pie.core")]) == 0
    found = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(found)
    assert (found["live"], found["marking"]) == (None, True)
    assert main(["core", "--text", unpacked("mark-1.26.6-pie.core")]) == 0
    assert "live: a collection is marking, so what lives is not known yet: ?" in capsys.readouterr().out


def test_text_has_the_same_figures(capsys: Capture) -> None:
    assert main(["core", unpacked("sweep-1.27.3.core")]) == 0
    out = capsys.readouterr().out
    stats = truth("sweep-1.27.3")["MemStats"]
    for name in ("HeapInuse", "HeapAlloc", "HeapSys", "StackInuse", "GCSys", "Sys"):
        assert any(line.split()[0] == name and line.split()[-1] == str(stats[name]) for line in out.splitlines()), name
    assert "live: 21680 objects, 1.1M, marks where a span waits to be swept" in out  # 32184 less 27504, and 17000 marked
    assert "all checks hold" in out


@pytest.mark.parametrize("words", [["--json"], ["--text"], []])
def test_bad_input_is_a_sentence_and_exit_code_3(words: list[str], tmp_path: Path, capsys: Capture) -> None:
    text = tmp_path / "some.core"
    text.write_text("no core at all\n")
    assert main(["core", *words, str(text)]) == 3
    assert capsys.readouterr() == ("", f"gomem: {text} cannot be read: it does not begin with the four bytes of an ELF file\n")
    assert main(["core", *words, str(tmp_path / "none")]) == 3
    assert capsys.readouterr() == ("", f"gomem: {tmp_path / 'none'}: cannot be read: No such file or directory\n")
    assert main(["core", *words, unpacked("frag-1.27.3.core"), unpacked("frag-1.25.5-piesw.exe")]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def test_a_version_that_no_table_covers_is_a_usage_error(capsys: Capture) -> None:
    assert main(["core", "--go-version", "1.19", unpacked("frag-1.27.3.core")]) == 2
    assert "1.19 is not one of 1.21, 1.22, 1.23, 1.24, 1.25, 1.26, 1.27" in capsys.readouterr().err


def test_a_version_can_be_told(capsys: Capture) -> None:
    assert main(["core", "--json", "--go-version", "go1.26.8", unpacked("large-1.26.6-sw.core")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["go"], found["memstats"]["HeapInuse"]) == ("go1.26.8", truth("large-1.26.6-sw")["MemStats"]["HeapInuse"])


def test_a_packed_core_is_read_as_an_unpacked_one(capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for path in (str(CORES / "frag-1.27.3.core.gz"), unpacked("frag-1.27.3.core")):
        assert main(["core", "--json", path]) == 0
        told.append(json.loads(capsys.readouterr().out))
    assert told[0] == told[1]


def test_a_packed_file_that_is_cut_off_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = tmp_path / "cut.gz"
    cut.write_bytes((CORES / "frag-1.27.3.core.gz").read_bytes()[:50_000])
    assert main(["core", "--json", str(cut)]) == 3
    assert "the gzip file ends too early" in capsys.readouterr().err


def test_experiments_behind_a_version_change_nothing(capsys: Capture) -> None:
    """A program built with GOEXPERIMENT says so behind its version."""
    figures = []
    for told in ((), ("--go-version", "go1.27.3-X:nogreenteagc"), ("--go-version", "1.27.3-X:jsonv2,simd")):
        assert main(["core", "--json", *told, unpacked("frag-1.27.3.core")]) == 0
        figures.append(json.loads(capsys.readouterr().out)["memstats"])
    assert figures[0] == figures[1] == figures[2]
    stats = truth("frag-1.27.3")["MemStats"]
    assert figures[0]["HeapInuse"] == stats["HeapInuse"]


def test_in_the_list_a_number_that_moved_has_its_sign(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    programs = [Found(7, "still", "go1.27.3", 1 << 20, False), Found(8, "busy", "go1.26.6-X:nogreenteagc", 3 << 20, True)]
    monkeypatch.setattr(attach, "go_processes", lambda _: iter(programs))
    monkeypatch.setattr("os.path.isdir", lambda _: True)
    assert main(["attach"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.split()[-1] in ("still", "busy")]
    assert rows == [["7", "go1.27.3", "1.0M", "still"], ["8", "go1.26.6-X:nogreenteagc", "≈3.0M", "busy"]]
    assert main(["attach", "--json"]) == 0
    assert [json.loads(line)["moved"] for line in capsys.readouterr().out.splitlines()] == [False, True]
