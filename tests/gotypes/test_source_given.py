"""`--types FILE` and `types FILE` on heaps that were read: words of objects whose type is known have the names of fields."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from gomem_core.files.script import ScriptError
from gomem_core.files.stillfile import FieldError, read_still
from gomem_core.session.console import Console
from gomem_core.session.opened import open_core_file, open_file, open_joined
from gomem_tui.__main__ import main
from gomem_tui.panes.model import Model
from gomem_tui.render.bitmap import render_bitmap
from gomem_tui.render.lines import Port

CORES = Path(__file__).parents[1] / "outside" / "cores"
FILM = Path(__file__).parents[1] / "film" / "traces" / "go1.27.3-lru.trace.gz"
SOURCE = """package main

type T640 struct {
	next *T640
	pad  [78]int64
	last *T640
}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "frag.go"
    path.write_text(SOURCE)
    return path


@pytest.fixture
def core(tmp_path: Path) -> tuple[Path, Path]:
    files = []
    for kind in ("core", "exe"):
        path = tmp_path / f"frag.{kind}"
        path.write_bytes(gzip.decompress((CORES / f"frag-1.27.3.{kind}.gz").read_bytes()))
        files.append(path)
    return files[0], files[1]


def typed(console: Console, name: str) -> int:
    """The address of the first object of a type."""
    objects = console.session.objects
    return next(o.addr for o in map(objects.info, range(len(objects))) if o.type == name)


def bitmap(console: Console, addr: int) -> list[str]:
    model = Model(console, lambda: None)
    model.arrived()
    model.select(addr)
    top = (addr - console.session.world.spans.at(addr).base) // 32  # type: ignore[union-attr] # it lies in a span
    lines = render_bitmap(console.session.world, Port(100, 30, top), model.scene, console.session.objects)
    return ["".join(text for text, _ in line) for line in lines]


def field_of(console: Console, addr: int) -> dict[int, str]:
    """What `show bitmap` says lies in the words of an object, by number."""
    result: Any = console.submit(f"show bitmap {addr:#x}").result
    return {(row[0] - addr) // 8: row[6] for row in result.table.rows if any(row[6:])}


def test_a_core_with_source(core: tuple[Path, Path], source: Path) -> None:
    console = Console(True, open_core_file(*core))
    addr = typed(console, "main.T640")
    assert "pad" not in "\n".join(bitmap(console, addr))
    outcome = console.submit(f"types {source}")
    assert outcome.ok, outcome.error
    assert console.session.step == 0
    assert field_of(console, addr) == {  # in a slot of 704 bytes with 8 of header: 87 words, of which 80 are the type's
        0: "next",
        **{n: f"pad[{n - 1}]" for n in range(1, 79)},
        79: "last",
        80: "+next",
        **{n: f"+pad[{n - 81}]" for n in range(81, 87)},
    }
    shown = "\n".join(bitmap(console, addr))
    assert "what lies in them" in shown
    assert "pad[5]" in shown
    assert console.session.layout_of("main.T640").summary.startswith("go1.27: T640: 640 bytes")


def test_a_film_with_source(source: Path) -> None:
    console = Console(True, open_file(FILM, cache=False))
    console.submit("goto end")
    addr = typed(console, "list.Element")
    assert "prev" not in "\n".join(bitmap(console, addr))
    assert console.submit(f"types {source}").ok
    shown = "\n".join(bitmap(console, addr))
    assert "next" in shown  # container/list is of the standard library
    assert "+next" not in shown  # a slot of 48 bytes has no header
    console.submit("back")
    console.submit("type Page struct { a int }")
    assert "next" in "\n".join(bitmap(console, addr))


def test_the_command_line_gives_source(core: tuple[Path, Path], source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("core", *map(str, core), "--text", "--pane", "bitmap", "--types", str(source))
    assert main([*words]) == 0
    capsys.readouterr()
    assert main(["export", str(FILM), "--text", "--focus", "bitmap", "--types", str(source)]) == 0
    capsys.readouterr()
    assert main([*words[:-1], str(source.parent / "nosuch.go")]) == 3
    assert "cannot be read: No such file" in capsys.readouterr().err


SESSION = "gomem 1\ngo 1.27\ntype node struct { next *node; key string }\nnew(node) as a\n"


@pytest.fixture
def still(tmp_path: Path) -> Path:
    """What a session with a type of its own leaves to others."""
    session = tmp_path / "s.gomem"
    session.write_text(SESSION)
    assert main(["export", str(session), "--still", "-o", str(tmp_path / "s.still")]) == 0
    return tmp_path / "s.still"


def test_the_declarations_of_a_session_travel_with_its_still(still: Path, capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(True, open_file(still))
    assert field_of(console, typed(console, "node")) == {0: "next", 1: "key", 2: "key.len"}
    assert "declared in step 1" in console.submit("layout node").result.summary  # type: ignore[union-attr] # it is known
    capsys.readouterr()
    assert main(["open", str(still), "--text", "--pane", "objects"]) == 0
    assert "24 B  node" in capsys.readouterr().out


def test_a_session_that_takes_up_a_still_knows_its_types(still: Path) -> None:
    console = Console(True)
    assert console.submit(f"open {still}").ok
    assert console.submit("take-up").ok
    data: Any = console.submit("new(node) as b").result.data  # type: ignore[union-attr] # likewise
    assert [(one["size"], one["type"]) for one in data["objects"]] == [(24, "node")]
    assert console.submit("type node struct { key string; more [2]int }").ok
    assert console.submit("layout node").result.data["size"] == 32  # type: ignore[union-attr] # likewise


def test_a_session_about_a_still_may_declare_its_types_anew(still: Path, capsys: pytest.CaptureFixture[str]) -> None:
    about = still.parent / "on.gomem"
    about.write_text("on s.still\ntype node struct {\n\tnext *node\n\tname string\n}\nshow bitmap a\n")
    assert main(["run", str(about)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[-3:]]
    assert [row[-1] for row in rows] == ["next", "name", "name.len"]


def test_types_that_were_given_of_a_process_are_kept_with_its_still(
    core: tuple[Path, Path], source: Path, tmp_path: Path
) -> None:
    console = Console(True, open_core_file(*core))
    console.submit(f"types {source}")
    assert console.submit(f"save {tmp_path / 'kept.still'}").ok
    source.unlink()
    again = Console(True, open_file(tmp_path / "kept.still"))
    assert field_of(again, typed(again, "main.T640"))[79] == "last"


def test_a_dump_whose_types_a_trace_tells_has_fields(source: Path) -> None:
    dump = Path(__file__).parents[1] / "written" / "real" / "go1.27.3-lru.heapdump.gz"
    console = Console(True, open_joined(FILM, dump, cache=False))
    addr = typed(console, "list.Element")
    assert field_of(console, addr) == {}
    console.submit(f"types {source}")
    assert [*field_of(console, addr).values()] == ["next", "prev", "list", "Value.type", "Value"]


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ([{"text": "type node struct {", "file": "step 1"}], "declared[0].text: syntax error"),
        ([{"text": "type t[T any] struct { p *t[[]T] }", "file": "a"}], "declared[0].text: instantiation cycle"),
        ([{"text": "type t int"}], "declared[0].file is missing"),
        ([{"text": "type t int", "file": "a\nb"}], "declared[0].file: a name in one line was expected"),
        ([{"text": 7, "file": "a"}], "declared[0].text: a string"),
        ({"text": "type t int"}, "declared: a list was expected"),
    ],
)
def test_what_declares_nothing_is_refused(still: Path, declared: object, message: str) -> None:
    found = json.loads(gzip.decompress(still.read_bytes()))
    with pytest.raises(FieldError) as refused:
        read_still(json.dumps(found | {"declared": declared}).encode())
    assert str(refused.value).startswith(message)


def test_a_session_has_its_own(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = tmp_path / "s.gomem"
    session.write_text("alloc 48\n")
    assert main(["export", str(session), "--text", "--types", str(source)]) == 3
    assert "in a session, `types FILE` declares types" in capsys.readouterr().err
    with pytest.raises(ScriptError):
        open_file(source)
