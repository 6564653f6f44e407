"""A real heap in the explorer: looks at a program that goes on meanwhile, and the README's commands about it."""

import re
import shlex
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from gomem_core.files.script import ScriptError
from gomem_core.session.console import Console
from gomem_core.session.opened import open_core_file, open_file, open_process
from gomem_core.world.strip import Strip
from gomem_tui.__main__ import main
from gomem_tui.explorer.app import Explorer
from tests.outside.corefiles import CORES, unpacked
from tests.outside.goprograms import built, running
from tests.tui.screen import text_of
from tests.tui.test_looks import pressed

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("   #")[0].strip() for line in re.findall(r"```\n(gomem attach .*?)```", README, re.DOTALL)[0].splitlines()
]
SMALL = {"N": "300"}


def inuse(strip: Strip) -> int:
    return strip.sums.mem_stats().HeapInuse


@pytest.mark.parametrize("minor", ["1.21", "1.27"])
def test_looks_at_a_program_that_goes_on(minor: str, tmp_path: Path) -> None:
    with running(built("server", minor), **SMALL) as program:
        console = Console(True, open_process(program.pid))
        strip = console.session.strip
        assert strip is not None
        assert inuse(strip) == program.first["HeapInuse"]
        after = program.ask("g")
        assert console.submit("look").ok
        assert inuse(strip) == after["HeapInuse"]
        assert strip.sums.stats.numgc == after["NumGC"]
        assert console.submit("diff 1").ok
        assert console.difference is not None
        console.goto(0)
        assert inuse(strip) == program.first["HeapInuse"]
        assert console.seek(1), "the next look with a collection"
        assert console.submit(f"save {tmp_path / 'looks'}").ok
    error = console.submit("look").error
    assert error is not None
    assert error.message == f"process {program.pid} has ended; the looks at it stay"
    kept = open_file(tmp_path / "looks")
    assert isinstance(kept, Strip)
    assert [still.kind for still in kept.stills] == ["still", "still"]
    assert [inuse(Strip([still])) for still in kept.stills] == [program.first["HeapInuse"], after["HeapInuse"]]


async def test_the_explorer_on_a_program() -> None:
    with running(built("many", "1.27"), **SMALL) as program:
        app = Explorer(Console(True, open_process(program.pid)))
        async with app.run_test(size=(120, 40)) as pilot:
            assert "look 1/1" in text_of(app.screen)[0]
            await pressed(pilot, "space")
            assert "look 2/2" in text_of(app.screen)[0]
            for key in ("w", *"1234578", "9", "end", "home", "down", "slash", "escape", "question_mark", "escape"):
                await pressed(pilot, key)
            await pressed(pilot, "b")
            assert "look 1/2" in text_of(app.screen)[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO()))
    with running(built("server", "1.27"), **SMALL) as program:
        words = shlex.split(command.replace("core.1234", unpacked("frag-1.27.3.core")).replace("1234", str(program.pid)))
        assert main(words[1:]) == 0
        out = capsys.readouterr().out
    assert "go1.27.3" in out
    assert str(program.pid) in out or "frag" in out or "--json" in words


def test_the_readme_has_them() -> None:
    assert len(COMMANDS) == 5
    assert {words.split()[1] for words in COMMANDS} == {"attach", "core"}


TYPED = (
    *("show span {addr}", "show page {addr}", "show object {addr}", "show object cpu.option", "show bitmap {addr}"),
    *("show class 5", "find {addr}", "find nothing", "drop 75%", "drop size<64", "drop all", "link a b", "alloc 48"),
    *("churn 100", "gc", "until grow", "until heap_live > 4M", "goto 7", "diff 7", "mark m", "branch x", "take-up"),
    *("look", "invariants", "memstats", "select {addr}"),
)


@pytest.mark.parametrize("name", ["idle-1.21.13", "mark-1.26.6-pie", "frag-1.27.3"])
async def test_whatever_is_typed_is_answered(name: str) -> None:
    app = Explorer(Console(True, open_core_file(Path(unpacked(f"{name}.core")))))
    base = next(info.base for info in app.model.world.spans.each() if info.state == "inuse")
    async with app.run_test(size=(120, 40)) as pilot:
        for line in TYPED:
            await pressed(pilot, "colon")
            for end in range(1, len(text := line.format(addr=hex(base))) + 1):
                app.prompt_actions.prompt.value = text[:end]
                await pilot.pause()
            await pressed(pilot, "enter")
            assert app.model.typed is not None or app.stage.typing or app.message, line
            await pressed(pilot, "escape", "escape")


def test_a_packed_core_is_opened_as_an_unpacked_one() -> None:
    packed = open_file(CORES / "frag-1.27.3.core.gz")
    plain = open_core_file(Path(unpacked("frag-1.27.3.core")))
    assert isinstance(packed, Strip)
    assert packed.spans.rows() == plain.spans.rows()
    assert packed.kind == "core"


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "exe").write_bytes(b"\x7fELF" + bytes(100))
    for path in (tmp_path / "exe", Path(unpacked("frag-1.27.3.exe"))):
        with pytest.raises(ScriptError, match=path.name):
            open_file(path)
    with pytest.raises(ScriptError, match="there is no process"):
        open_process(1 << 22)
