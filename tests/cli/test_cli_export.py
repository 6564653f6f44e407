"""`gomem export`: the explorer's screen and the heap behind it, without a terminal."""

import json
import os
import xml.dom.minidom
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import KEYS, PANES
from gomem_core.session.snapshot import MOST_OBJECTS
from gomem_tui.__main__ import main
from tests.cli.process import gomem

Capture = pytest.CaptureFixture[str]

# 48 bytes are size class 4: one page, 8192 // 48 = 170 slots.  scan and noscan are different span classes, 8 and 9, so the second
# object lies in a span of its own, on the arena's second page.  The arena begins at 0xc420000000 and grows by 1 MB, 128 pages.
SESSION = """\
gomem 1
title Two spans
alloc 48 scan as a
expect served mheap
mark first
alloc 48 as b
# the second slot of the first span
alloc 40 scan as c
link a.2 c
mark linked
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "two.gomem"
    path.write_text(SESSION, encoding="utf-8")
    return str(path)


def text_of(capsys: Capture, *words: str) -> list[str]:
    assert main(["export", *words, "--text"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.endswith("\n")
    return out[:-1].split("\n")


def data_of(capsys: Capture, *words: str) -> dict[str, Any]:
    assert main(["export", *words, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.endswith("}\n")
    assert out.isascii()
    assert out.count("\n") == 1
    found: dict[str, Any] = json.loads(out)
    return found


def spans_in(rows: list[str]) -> list[list[str]]:
    """The words of each row of the spans table that speaks of a span in use of class 4."""
    return [words for row in rows if len(words := row.lstrip("▸+ ").split()) > 3 and words[1:4] == ["1", "4", "48"]]


# --- Text ---------------------------------------------------------------------------------------------------------------


def test_the_text_shows_the_step(file: str, capsys: Capture) -> None:
    first = text_of(capsys, file, "--at", "1", "--size", "80x24")
    assert "step 1/4" in first[0]
    assert "Two spans" in first[0]
    assert [(words[0], words[4]) for words in spans_in(first)] == [("c420000000", "scan")]
    assert any("1 › alloc 48 scan as a" in row for row in first)

    second = text_of(capsys, file, "--at", "2", "--size", "80x24")
    assert "step 2/4" in second[0]
    assert [(words[0], words[4]) for words in spans_in(second)] == [("c420000000", "scan"), ("c420002000", "noscan")]
    assert [[word for word in words if word.endswith("/170")] for words in spans_in(second)] == [["1/170"], ["1/170"]]
    assert any("b = 0xc420002000" in row for row in second)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)])
def test_the_text_has_the_size(size: tuple[int, int], file: str, capsys: Capture) -> None:
    width, height = size
    rows = text_of(capsys, file, "--size", f"{width}x{height}")
    assert len(rows) == height
    assert max(map(cell_len, rows)) == width  # a pane's title rule goes to the edge
    assert all(row == row.rstrip() and row.isprintable() for row in rows)


def test_120_by_40_if_no_size_is_told(file: str, capsys: Capture) -> None:
    assert text_of(capsys, file) == text_of(capsys, file, "--size", "120x40") == text_of(capsys, file, "--size", "120X40")


def test_the_end_if_no_step_is_told(file: str, capsys: Capture) -> None:
    assert text_of(capsys, file) == text_of(capsys, file, "--at", "end") == text_of(capsys, file, "--at", "4")
    assert "step 4/4" in text_of(capsys, file)[0]


def test_the_start_is_an_empty_heap(file: str, capsys: Capture) -> None:
    rows = text_of(capsys, file, "--at", "start")
    assert "step 0/4" in rows[0]
    assert not any("c420000000 " in row for row in rows)


def test_a_mark_is_a_step(file: str, capsys: Capture) -> None:
    assert text_of(capsys, file, "--at", "first") == text_of(capsys, file, "--at", "1")


def test_halfway_in_a_command(file: str, capsys: Capture) -> None:
    rows = text_of(capsys, file, "--at", "first.2")
    assert "step 1.2/4" in rows[0]
    assert len(spans_in(rows)) == 1  # the second span is not there yet


@pytest.mark.parametrize("pane", PANES)
def test_focus_shows_a_pane(pane: Pane, file: str, capsys: Capture) -> None:
    sign = KEYS[pane]
    for word in (pane,) if pane == "advise" else (pane, sign):
        rows = text_of(capsys, file, "--size", "80x24", "--focus", word)
        assert [row[:4] for row in rows if row.startswith("▌")] == [f"▌ {sign} "[:4]]


def test_the_last_of_several_panes_has_the_keyboard(file: str, capsys: Capture) -> None:
    rows = "\n".join(text_of(capsys, file, "--focus", "layout", "--focus", "objects"))
    assert "▌ 9 Objects" in rows
    assert "─ 8 Layout" in rows


@pytest.mark.parametrize("size", ["80x24", "120x40", "200x60"])
def test_zoom_gives_a_pane_all_the_room(size: str, file: str, capsys: Capture) -> None:
    rows = text_of(capsys, file, "--size", size, "--focus", "heap", "--zoom")
    assert [row[:8] for row in rows if row[:1] in ("▌", "─")] == ["▌ 7 Heap"]


def test_the_pane_that_the_file_points_at(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "pointing.gomem"
    path.write_text("alloc 8\nfocus bitmap\nalloc 8\nalloc 8\n", encoding="utf-8")
    assert any("▌ 3 Bitmap" in row for row in text_of(capsys, str(path), "--size", "80x24", "--at", "2"))
    assert any("▌ 3 Bitmap" in row for row in text_of(capsys, str(path), "--size", "80x24"))
    assert any("▌ 1 Spans" in row for row in text_of(capsys, str(path), "--size", "80x24", "--at", "1"))
    assert any("▌ 2 Arena" in row for row in text_of(capsys, str(path), "--size", "80x24", "--focus", "arena"))


def test_help_names_every_pane(capsys: Capture) -> None:
    main(["export", "--help"])
    said = capsys.readouterr().out.replace(",", " ").split()
    assert set(PANES) <= {word.strip(";") for word in said}


# --- Pictures -----------------------------------------------------------------------------------------------------------


def test_the_picture_says_what_the_text_says(file: str, capsys: Capture) -> None:
    assert main(["export", file, "--svg", "--at", "2", "--size", "80x24"]) == 0
    drawing = xml.dom.minidom.parseString(capsys.readouterr().out.encode())
    assert drawing.documentElement is not None
    assert drawing.documentElement.tagName == "svg"
    drawn: dict[str, str] = {}  # the pieces of text by the height at which they stand
    for piece in drawing.getElementsByTagName("text"):
        if piece.getAttribute("clip-path"):
            drawn[piece.getAttribute("clip-path")] = drawn.get(piece.getAttribute("clip-path"), "") + piece.firstChild.data  # type: ignore[union-attr]
    rows = text_of(capsys, file, "--at", "2", "--size", "80x24")
    squeezed = ["".join(row.split()) for row in rows if row]
    assert ["".join(row.split()) for row in drawn.values() if row.strip()] == squeezed


@pytest.mark.parametrize("form", ["--svg", *(pytest.param(form, marks=pytest.mark.thorough) for form in ("--text", "--json"))])
def test_same_input_same_bytes(form: str, file: str, tmp_path: Path) -> None:
    """Whatever the environment wishes, and whether it goes to stdout or into a file."""
    plain = gomem("export", file, form, PYTHONHASHSEED="1")
    other = gomem("export", file, form, PYTHONHASHSEED="2", NO_COLOR="1", TERM="dumb", COLUMNS="70", PYTHONIOENCODING="ascii")
    assert plain.returncode == other.returncode == 0
    assert plain.stdout == other.stdout
    assert len(plain.stdout) > 1000
    out = tmp_path / "out"
    written = gomem("export", file, form, "-o", str(out))
    assert (written.returncode, written.stdout, written.stderr) == (0, b"", b"")
    assert out.read_bytes() == plain.stdout


@pytest.mark.parametrize("form", ["--svg", "--text", "--json"])
def test_no_escape_codes_from_the_file(form: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "sly.gomem"
    path.write_text("# \x1b[31mred \x07 \x9b \uffff\nalloc 8 # \x1b]0;title\x07\n", encoding="utf-8")
    assert main(["export", str(path), form]) == 0
    out = capsys.readouterr().out
    assert not {"\x1b", "\x07", "\x9b"} & set(out) - ({"\x9b"} if form == "--svg" else set())
    if form == "--svg":
        xml.dom.minidom.parseString(out.encode())


# --- Data ---------------------------------------------------------------------------------------------------------------


def test_the_heap_as_data(file: str, capsys: Capture) -> None:
    data = data_of(capsys, file)
    assert (data["file"], data["title"], data["step"], data["event"], data["of"]) == ("two.gomem", "Two spans", 4, 0, 4)
    assert data["marks"] == {"first": 1, "linked": 4}
    assert (data["line"], data["command"], data["ok"], data["error"], data["unmet"]) == (9, "link a.2 c", True, None, [])
    assert data["arena"] == {"start": "0xc420000000", "used": "0xc420100000", "pages": 128}

    spans = {span["base"]: span for span in data["spans"]}
    assert list(spans) == ["0xc420000000", "0xc420002000", "0xc420004000"]
    assert [(s["npages"], s["state"], s["spanclass"], s["alloc_count"], s["nelems"]) for s in spans.values()] == [
        (1, "inuse", 8, 2, 170),
        (1, "inuse", 9, 1, 170),
        (126, "free", None, None, None),
    ]
    assert data["free"] == [{"npages": 126, "spans": ["0xc420004000"]}]
    assert data["freelarge"] == []
    assert [(c["spanclass"], c["nonempty_bases"], c["empty_bases"]) for c in data["mcentral"]] == [
        (8, [], ["0xc420000000"]),
        (9, [], ["0xc420002000"]),
    ]
    assert data["mcaches"] == [
        {
            "p": 0,
            "current": True,
            "tiny": None,
            "tinyoffset": None,
            "cached": [
                {"spanclass": 8, "class": 4, "elemsize": 48, "kind": "scan", "base": "0xc420000000", "nfree": 168},
                {"spanclass": 9, "class": 4, "elemsize": 48, "kind": "noscan", "base": "0xc420002000", "nfree": 169},
            ],
            "pages": None,
        }
    ]
    assert data["objects"] == {
        "ever": 3,
        "alive": 3,
        "rows": [
            {
                "name": "a",
                "addr": "0xc420000000",
                "size": 48,
                "kind": "scan",
                "type": None,
                "born": 1,
                "links": [{"word": 2, "to": "0xc420000030"}],
            },
            {"name": "b", "addr": "0xc420002000", "size": 48, "kind": "noscan", "type": None, "born": 2, "links": []},
            {"name": "c", "addr": "0xc420000030", "size": 40, "kind": "scan", "type": None, "born": 3, "links": []},
        ],
    }
    tails = 2 * (8192 - 170 * 48)
    assert data["account"] == {
        "requested": 48 + 48 + 40,
        "slot_waste": 8,
        "dead": 0,
        "free_slots": 2 * 8192 - 3 * 48 - tails,
        "tails": tails,
        "manual": 0,
        "free_pages": 126 * 8192,
        "given_back": 0,
        "total": 1 << 20,
    }
    assert data["mem_stats"]["HeapSys"] == data["stats"]["heap_sys"] == 1 << 20
    assert data["mem_stats"]["HeapInuse"] == data["stats"]["heap_inuse"] == 2 * 8192


def test_what_a_step_told_and_missed(file: str, capsys: Capture) -> None:
    data = data_of(capsys, file, "--at", "first")
    assert data["result"]["addr"] == "0xc420000000"
    assert data["unmet"] == [{"line": "expect served mheap", "found": "os"}]  # the arena had to grow
    grown = [event for event in data["events"] if event["kind"] == "grow"]
    assert [(event["base"], event["npages"], event["arena_used"]) for event in grown] == [("0xc420000000", 128, "0xc420100000")]
    assert data["events_total"] == len(data["events"])
    assert data["events"][-1] == {
        "kind": "bits_written",
        "addr": "0xc420000000",
        "words": 6,
        "ptr_words": 6,
        "go": "heapBitsSetType",
    }


def test_data_of_the_start(file: str, capsys: Capture) -> None:
    data = data_of(capsys, file, "--at", "start")
    assert (data["step"], data["line"], data["command"], data["result"], data["events"]) == (0, None, None, None, [])
    assert (data["spans"], data["mcentral"], data["free"]) == ([], [], [])
    assert data["objects"] == {"ever": 0, "alive": 0, "rows": []}


def test_data_of_a_moment_inside_a_command(file: str, capsys: Capture) -> None:
    whole = data_of(capsys, file, "--at", "1")["events"]
    data = data_of(capsys, file, "--at", "0.4")
    assert (data["step"], data["event"], data["line"], data["command"]) == (0, 4, 3, "alloc 48 scan as a")
    assert data["events"] == whole[:4]
    assert data["events_total"] == len(whole)
    assert (data["result"], data["unmet"], data["spans"]) == (None, [], [])


def test_dropped_objects_are_counted_only(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "s.gomem"
    path.write_text("alloc 8 as a\nalloc 8 as b\ndrop a\n", encoding="utf-8")
    objects = data_of(capsys, str(path))["objects"]
    assert (objects["ever"], objects["alive"]) == (2, 1)
    assert [row["name"] for row in objects["rows"]] == ["b"]


def test_many_objects_are_told_up_to_a_limit(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "many.gomem"
    path.write_text(f"alloc 16 times {MOST_OBJECTS + 1}\n", encoding="utf-8")
    objects = data_of(capsys, str(path))["objects"]
    assert objects["alive"] == MOST_OBJECTS + 1
    assert [row["name"] for row in (objects["rows"][0], objects["rows"][-1])] == ["o1", f"o{MOST_OBJECTS}"]


def test_it_is_listed_and_suggested_among_the_others(capsys: Capture) -> None:
    main(["--help"])
    assert "\n  export " in capsys.readouterr().out
    assert main(["exprt", "x"]) == 2
    assert "did you mean `gomem export`?" in capsys.readouterr().err


# --- What goes wrong ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "one of the arguments --svg --text --json --still is required"),
        (["--svg", "--text"], "not allowed with argument --svg"),
        (["--text", "--size", "80"], "a size is WIDTHxHEIGHT, in columns and rows, from 60x16 to 1000x1000"),
        (["--text", "--size", "59x16"], "from 60x16"),
        (["--text", "--size", "60x15"], "from 60x16"),
        (["--text", "--size", "1001x40"], "to 1000x1000"),
        (["--text", "--focus", "spanz"], "argument --focus: spanz is not a pane; did you mean spans?"),
        (["--text", "--focus", "nix"], "argument --focus: nix is not a pane; panes are spans, arena, bitmap, "),
        (["--text", "--at", ""], "argument --at: expected the number of a step"),
        (["--text", "--at", "1x"], "argument --at: 1x is not a step"),
        (["--text", "--at", "End"], "argument --at: End is written in lower case; did you mean end?"),
        (["--json", "--theme", "light"], "--size, --focus, --zoom, --theme and --ascii are for --svg and --text"),
        (["--json", "--no-ascii"], "--size, --focus, --zoom, --theme and --ascii are for --svg and --text"),
        (["--svg", "--theme", "lihgt"], '"lihgt" is none of auto, dark, light, neutral, terminal, mono; did you mean light?'),
        (["--json", "--zoom"], "--size, --focus, --zoom, --theme and --ascii are for --svg and --text"),
        (["--json", "--size", "80x24"], "--size, --focus, --zoom, --theme and --ascii are for --svg and --text"),
        (["--json", "--focus", "heap"], "--size, --focus, --zoom, --theme and --ascii are for --svg and --text"),
    ],
)
def test_usage(words: list[str], said: str, file: str, capsys: Capture) -> None:
    assert main(["export", file, *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("5", "there is no step 5; steps go from 0 to 4"),
        ("frist", "no step is marked frist; did you mean first?"),
        ("4.1", "step 4 is the last one; no command after it tells an event 1"),
        ("2.99", "the command after step 2 tells 4 events; there is no event 99"),
    ],
)
def test_a_place_that_is_not_there(at: str, said: str, file: str, capsys: Capture) -> None:
    assert main(["export", file, "--text", "--at", at]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"{file}: {said}\n"


def test_a_file_that_is_not_there(tmp_path: Path, capsys: Capture) -> None:
    assert main(["export", str(tmp_path / "no.gomem"), "--svg"]) == 3
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"{tmp_path / 'no.gomem'}: cannot be read: No such file or directory\n")


def test_a_file_that_is_no_session(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "bad.gomem"
    path.write_text("alloc 8\nalloc -1\n", encoding="utf-8")
    assert main(["export", str(path), "--text"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{path}:2:7: ")


def test_a_step_that_fails_is_told_and_shown(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "failing.gomem"
    path.write_text("alloc 8 as a\ndrop nobody\nexpect error\n\ndrop who\nalloc 8 as a\n", encoding="utf-8")
    told = {3: f"{path}:5:6: step 3 fails: no object is called who\n", 4: f"{path}:6:12: step 4 fails: the name a is in use"}
    for step, complaints in ((2, []), (3, [told[3]]), (4, [told[3], told[4]])):
        assert main(["export", str(path), "--text", "--at", str(step)]) == 0
        out, err = capsys.readouterr()
        assert f"step {step}/4" in out
        assert err.count("\n") == len(complaints)
        assert all(complaint in err for complaint in complaints)
    assert "the name a is in use" in out
    assert main(["export", str(path), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["ok"], data["result"], data["error"]["column"], data["line"]) == (False, None, 12, 6)


def test_where_it_cannot_be_written(file: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["export", file, "--json", "-o", str(tmp_path / "no" / "out")]) == 3
    assert "cannot write" in capsys.readouterr().err
    assert main(["export", file, "--json", "-o", str(tmp_path)]) == 3
    assert "Is a directory" in capsys.readouterr().err


def test_the_session_file_itself_is_never_overwritten(file: str, tmp_path: Path, capsys: Capture) -> None:
    os.link(file, tmp_path / "same")
    for out in (file, str(tmp_path / "same")):
        assert main(["export", file, "--text", "-o", out]) == 2
        assert "this is the session file itself" in capsys.readouterr().err
    assert Path(file).read_text(encoding="utf-8") == SESSION


# --- Its look -----------------------------------------------------------------------------------------------------------


def test_ascii_by_option_and_by_variable(file: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = text_of(capsys, file, "--ascii")
    assert all(row.isascii() for row in drawn)
    assert [len(row) for row in drawn] == [len(row) for row in text_of(capsys, file)]
    monkeypatch.setenv("GOMEM_ASCII", "1")
    assert text_of(capsys, file) == drawn
    assert not all(row.isascii() for row in text_of(capsys, file, "--no-ascii"))


def test_a_picture_is_dark_unless_something_else_is_asked_for(
    file: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = {}
    for theme in ("dark", "light", "neutral", "terminal", "mono"):
        assert main(["export", file, "--svg", "--theme", theme]) == 0
        pictures[theme] = capsys.readouterr().out
    assert len(set(pictures.values())) == 5
    monkeypatch.setenv("COLORFGBG", "0;15")  # of a terminal that the picture is not for
    assert main(["export", file, "--svg"]) == 0
    assert capsys.readouterr().out == pictures["dark"]
    monkeypatch.setenv("GOMEM_THEME", "light")
    assert main(["export", file, "--svg"]) == 0
    assert capsys.readouterr().out == pictures["light"]
