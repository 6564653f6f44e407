"""A core file opens wherever a file does: in the explorer, as text, to be exported, compared and kept."""

import gzip
import json
import re
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gomem_core.files.script import ScriptError
from gomem_core.lang.helptext import REFUSED
from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import KEYS
from gomem_core.lang.registry import OF_AN_ALLOCATOR, REGISTRY
from gomem_core.queries.amounts import amounts
from gomem_core.session.console import Console
from gomem_core.session.opened import is_core, open_core_file, open_file
from gomem_core.session.readheap import READ
from gomem_core.world.strip import Strip
from gomem_tui.__main__ import main
from gomem_tui.explorer.app import Explorer
from gomem_tui.panes.base import HeapPane
from gomem_tui.render.help import help_lines
from gomem_tui.render.lines import plain
from gomem_tui.settings.keys import STANDARD
from tests import schemafile
from tests.outside.corefiles import truth, unpacked
from tests.tui.screen import text_of
from tests.tui.test_looks import until

Capture = pytest.CaptureFixture[str]
_REFUSALS = (READ, "invariants are the allocator's", "there are no steps to be done")
NAME = "sweep-1.27.3"
VALIDATOR = Draft202012Validator(json.loads(schemafile.PATH.read_text(encoding="utf-8")))


@pytest.fixture
def core() -> Path:
    return Path(unpacked(f"{NAME}.core"))


def test_what_is_a_core_is_known_by_its_content(core: Path, tmp_path: Path) -> None:
    renamed, packed, other = tmp_path / "x.gomem", tmp_path / "y", tmp_path / "core"
    shutil.copy(core, renamed)
    packed.write_bytes(gzip.compress(core.read_bytes(), 1))
    other.write_text("alloc 48\n")
    assert [is_core(path) for path in (core, renamed, packed, other, tmp_path, tmp_path / "none")] == [True] * 3 + [False] * 3
    first, second = open_file(renamed), open_file(packed)
    assert isinstance(first, Strip)
    assert isinstance(second, Strip)
    assert first.shown == second.shown


def test_what_is_wrong_with_a_core_is_one_sentence(core: Path, tmp_path: Path, capsys: Capture) -> None:
    cut = tmp_path / "cut"
    cut.write_bytes(core.read_bytes()[: 1 << 20])
    with pytest.raises(ScriptError, match="segments end behind its last byte"):
        open_file(cut)
    with pytest.raises(ScriptError, match="not a core file"):
        open_core_file(Path(unpacked("frag-1.27.3.exe")))
    for line in (["open", "--json", str(cut)], ["export", "--text", str(cut)], ["core", "--text", str(cut)]):
        assert main(line) == 3
        out, err = capsys.readouterr()
        assert (out, len(err.splitlines())) == ("", 1)
        assert "is cut off" in err


def test_open_json_prints_the_summary_of_its_kind(core: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["open", "--json", str(core)]) == 0
    opened = capsys.readouterr().out
    assert main(["core", "--json", str(core)]) == 0
    assert opened == capsys.readouterr().out
    still = tmp_path / "kept"
    assert main(["export", "--still", str(core), "-o", str(still)]) == 0
    assert main(["open", "--json", str(still)]) == 0
    found = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(found)
    stats = truth(NAME)["MemStats"]
    assert (found["kind"], found["objects"], found["numgc"]) == ("still", stats["HeapObjects"], stats["NumGC"])
    assert found["alive"] is None
    assert 0 < found["heap_live"] < stats["HeapInuse"]
    assert main(["diff", str(core), str(still)]) == 0
    assert "nothing differs" in capsys.readouterr().out


@pytest.mark.parametrize("pane", ["spans", "arena", "bitmap", "mcentral", "mcache", "heap", "layout", "objects"])
def test_a_pane_is_printed_as_text(pane: Pane, core: Path, capsys: Capture) -> None:
    assert main(["core", "--text", "--pane", pane, str(core)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Pane {KEYS[pane]} ")
    assert "None" not in out


def test_panes_are_for_text_and_have_names(core: Path, capsys: Capture) -> None:
    assert main(["core", "--text", "--pane", "heep", str(core)]) == 2
    assert "heep is not a pane" in capsys.readouterr().err


def test_export_writes_data_of_it(core: Path, capsys: Capture) -> None:
    assert main(["export", "--json", str(core)]) == 0
    found = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(found)
    assert (found["stats"]["nserved_mcache"], found["account"]["slot_waste"]) == (None, None)
    assert found["stats"]["next_gc"] == truth(NAME)["MemStats"]["NextGC"]
    assert found["account"]["given_back"] == truth(NAME)["MemStats"]["HeapReleased"]


def test_commands_look_and_change_nothing(core: Path, tmp_path: Path) -> None:
    console = Console(True, open_file(core))
    for line in ("show spans class:5", "show mcentral", "show mcache", "show free", "show waste", "show stats", "show layout"):
        outcome = console.submit(line)
        assert outcome.error is None, (line, outcome.error)
    refused = console.submit("alloc 48")
    assert refused.error is not None
    assert "this heap is read, not modelled" in refused.error.message
    kept = tmp_path / "kept"
    assert console.submit(f"save {kept}").error is None
    again = open_file(kept)
    assert isinstance(again, Strip)
    assert again.shown.place.of == "core"


def test_help_lists_only_what_is_done_to_a_heap_that_is_read(core: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # one of the examples saves a file
    strip = open_file(core)
    console = Console(True, strip)
    answer = console.submit("help").result
    assert answer is not None
    listed, _, refused = "\n".join(answer.lines()).partition(REFUSED[:40])  # it goes on in the next line
    assert refused
    for spec in REGISTRY:
        example = spec.examples[0].splitlines()[-1]
        error = Console(True, strip).submit(example).error
        is_refused = error is not None and error.message.startswith(_REFUSALS)
        assert is_refused == (spec.name in OF_AN_ALLOCATOR), example
        assert is_refused != bool(re.search(rf"^  {spec.name} ", listed, re.MULTILINE)), spec.name
        assert is_refused == bool(re.search(rf"\b{spec.name}[,.]", refused)), spec.name
        page = "\n".join(map(plain, help_lines(STANDARD, console.session.world.profile, "spans", 100, is_read=True)))
        assert is_refused != bool(re.search(rf"^  {spec.name} ", page, re.MULTILINE)), spec.name


async def test_the_explorer_shows_it(core: Path) -> None:
    app = Explorer(Console(True, open_file(core)))
    far = HeapPane.FAR
    async with app.run_test(size=(120, 40)) as pilot:
        assert any("core" in row and "go1.27.3" in row for row in text_of(app.screen)[:1])
        for number in "12345789":
            await pilot.press(number)
            await pilot.press("down", "right", "pagedown", "end", "home", "up")
            pane = app.stage.pane
            assert pane.unknown == ""
            assert "None" not in pane.text()
            pane.move(far)
            pane.move(-far)
        await pilot.press("9", "enter")
        assert "Pointers in objects are not looked at" in app.message
        await pilot.press("1", "slash", *"class:5", "enter")
        assert len(app.model.order) == sum(info.sizeclass == 5 for info in app.model.world.spans.rows())
        await pilot.press("9", "slash", *"state:dead", "enter")
        await until(pilot, lambda: app.model.objects.text != "" and not app.model.objects.behind)
        assert 0 < len(app.model.objects) < len(app.model.session.objects)


async def test_types_are_compared_between_two_looks_at_a_program() -> None:
    """Objects come and go there, and one looks for the type that grows; a shape stands for one that is not known."""
    looks = [open_file(Path(unpacked(f"{name}.core"))) for name in ("frag-1.27.3", NAME)]
    strip = Strip([look.stills[0] for look in looks if isinstance(look, Strip)])
    was, now = ({one.name: one for one in amounts(still, "type")} for still in strip.stills)
    more = {name: (now[name].nbytes if name in now else 0) - (was[name].nbytes if name in was else 0) for name in {*was, *now}}
    app = Explorer(Console(True, strip))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "0", "colon", *"diff", "space", "1", "enter", "z")
        await until(pilot, lambda: "by change ↓" in text_of(app.screen)[1])
        rows = app.model.types.rows()
        assert [one.change for one in rows] == sorted(more.values(), reverse=True)
        assert {one.name: one.change for one in rows} == more
        grown = sum(value > 0 for value in more.values())
        found = app.model.difference
        assert found is not None
        assert f"{grown} types grew, most {rows[0].name} +" in found.result.summary


async def test_what_no_key_can_do_is_told_where_one_pane_has_all_the_room(core: Path) -> None:
    app = Explorer(Console(True, open_file(core)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("9", "z")
        heading = text_of(app.screen)[2]
        assert heading.split() == ["type", "address", "size", "kind", "state", "links"], "no object of a program has a step"
        await pilot.press("V")
        await until(pilot, lambda: app.message.startswith("there are no steps to be done again: this heap was read (go1.27.3)"))
        await pilot.press("m")
        await until(pilot, lambda: app.message.startswith("this heap was read at one moment: there are no steps"))
