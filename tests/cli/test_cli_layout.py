"""`gomem layout`: what it prints, as text and as data, and what it refuses."""

import json
from pathlib import Path

import pytest

from gomem_core.cli.output import guarded
from gomem_tui.__main__ import main
from tests.cli.process import modules_of

Capture = pytest.CaptureFixture[str]
SOURCE = """package server

import (
	"net/http"
	"sync"
	"example.com/db"
)

type conn struct {
	closed bool
	mu     sync.Mutex
	r      *http.Request
	busy   bool
}

type pool[T any] struct {
	first T
}

type store struct {
	handle db.Handle
}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "server.go"
    path.write_text(SOURCE)
    return path


def test_each_type_is_an_object(source: Path, capsys: Capture) -> None:
    words = ("layout", "--json", "--go", "1.27", "--types", str(source), "conn", "[65]*int", "store", "pool[string]")
    assert main([*words]) == 3
    out, err = capsys.readouterr()
    conn, array, store, pool = map(json.loads, out.splitlines())
    assert {key: conn[key] for key in ("type", "size", "align", "ptr_bytes", "mask", "class", "header")} == {
        "type": "conn",
        "size": 32,
        "align": 8,
        "ptr_bytes": 24,
        "mask": "001",
        "class": 32,
        "header": 0,
    }
    assert [(f["name"], f["offset"], f["size"]) for f in conn["fields"]] == [
        ("closed", 0, 1),
        ("mu", 4, 8),
        ("r", 16, 8),
        ("busy", 24, 1),
    ]
    assert conn["best_order"] == {"fields": ["r", "mu", "closed", "busy"], "size": 24, "ptr_bytes": 8, "slot": 24}
    assert (array["class"], array["header"], len(array["mask"])) == (576, 8, 65)
    assert store["error"]["message"] == "the size of db.Handle is not known: package example.com/db was not read"
    assert (store["error"]["line"], store["error"]["is_error"]) == (21, False)
    assert (pool["type"], pool["mask"]) == ("pool[string]", "1")
    assert err.startswith(f"{source}:21:9: the size of db.Handle")


def test_a_file_in_all(source: Path, capsys: Capture) -> None:
    (source.parent / "other_windows.go").write_text("package server\ntype conn int\n")
    (source.parent / "tagged.go").write_text("//go:build !linux || (js && wasm)\n\npackage server\ntype conn int\n")
    assert main(["layout", "--go", "1.27", "--types", str(source.parent)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert " ".join(lines[2].split()) == "14 14 32 32 24 24 the best order, and it fits 24 conn server.go:9"
    assert lines[0] == "as go1.27 has them; --go chooses another version"
    assert lines[3:] == [
        "0 other types waste nothing",
        "",
        "what to change, most first:",
        "  conn: fields in the order r, mu, closed, busy: 24 bytes instead of 32, a slot of 24 instead of 32",
        "",
        "generic, with a size only for given arguments: pool",
        "",
        "not laid out:",
        "  store: server.go:21:9: the size of db.Handle is not known: package example.com/db was not read",
    ]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["[-1]int"], 3, "[-1]int, column 2: invalid array length -1 (untyped int constant)\n"),
        ([""], 3, '"", column 1: a type was expected'),
        ([], 2, "a TYPE was expected, or --types FILE.go"),
        (["--types", "nosuch.go"], 3, "gomem: nosuch.go: cannot be read: No such file or directory\n"),
        (["--types", "{empty}"], 3, "/empty.go declares no types\n"),
        (["{empty}", "{empty}"], 3, "/empty.go declare no types\n"),
        (["--types", "tests"], 3, "gomem: tests holds no Go source for linux/amd64\n"),
        (["--types", "README.md"], 3, "README.md:1:1: syntax error"),
        (["--go", "1.5", "int"], 2, "1.5"),
    ],
)
def test_what_it_refuses(words: list[str], code: int, message: str, capsys: Capture, tmp_path: Path) -> None:
    (empty := tmp_path / "empty.go").write_text("package p\n")
    words = [word.replace("{empty}", str(empty)) for word in words]
    assert guarded(lambda: main(["layout", *words])) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


def test_go_is_parsed_only_where_go_is_typed() -> None:
    parser = {"tree_sitter", "tree_sitter_go"}
    assert parser.isdisjoint(modules_of(["--help"], ["layout", "--help"], ["run", "-c", "alloc 48"], ["classes", "33"]))
    assert parser <= modules_of(["layout", "int"])
