"""A heap dump with what the trace of the same process tells of its objects."""

from pathlib import Path

import pytest

from gomem_core.queries.amounts import amounts
from gomem_core.session.console import Console
from gomem_core.session.opened import open_joined
from gomem_core.world.still import Still
from gomem_tui.__main__ import main
from gomem_tui.explorer.app import Explorer
from tests.film.recorded import FOLDER, TRUTH
from tests.tui.screen import text_of
from tests.written.realfiles import REAL

_NAMES = ("go1.23.9-phases", "go1.25.5-grow", "go1.26.6-lru", "go1.27.3-lru")


def _trace(name: str) -> Path:
    return FOLDER / f"{name}.trace.gz"


def _dump(name: str) -> Path:
    return REAL / f"{name}.heapdump.gz"


def _joined(name: str) -> Still:
    return open_joined(_trace(name), _dump(name), cache=False).shown


@pytest.mark.parametrize("name", _NAMES)
def test_what_the_program_made_has_the_type_that_the_program_knows(name: str) -> None:
    still = _joined(name)
    objects, checked = still.objects, 0
    for witness in TRUTH[name]["witnesses"]:
        oid = objects.find_addr(int(witness["addr"], 16))
        if witness["state"] != "live" or oid is None:
            continue
        info = objects.info(oid)
        if info.type:
            checked += 1
            element = witness["type"].removeprefix("[]")
            assert info.type == {"byte": "uint8"}.get(element, element), witness
            assert info.born is not None
            assert info.goroutine is not None
    assert checked > 5


def test_types_keep_what_hangs_on_them() -> None:
    """The cache holds 103 pages, in a list; the dump alone has no name for a page."""
    pages = next(one for one in amounts(_joined("go1.27.3-lru"), "type") if one.name == "main.Page")
    assert pages.objects == 103
    assert pages.keeps is not None
    assert pages.keeps > 300_000
    assert pages.nbytes < 10_000


def test_who_made_an_object_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(True, open_joined(_trace("go1.27.3-lru"), _dump("go1.27.3-lru")))
    witness = next(one for one in TRUTH["go1.27.3-lru"]["witnesses"] if one["state"] == "live")
    outcome = console.submit(f"show object {witness['addr']}")
    assert outcome.result is not None
    assert outcome.result.table is not None
    made = next(str(row[1]) for row in outcome.result.table.rows if row[0] == "made")
    assert made.endswith("of the trace, by goroutine 1")
    assert main(["open", str(_trace("go1.27.3-lru")), str(_dump("go1.27.3-lru")), "--text", "--pane", "types"]) == 0
    assert "main.Page" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("trace", "dump", "said"),
    [
        (_trace("go1.27.3-lru"), _dump("go1.26.6-lru"), "of two processes"),
        (_dump("go1.27.3-lru"), _trace("go1.27.3-lru"), "neither an execution trace nor a heap profile"),
        (_trace("go1.27.3-lru"), _trace("go1.27.3-lru"), "only a heap dump"),
        (_trace("go1.27.3-lru"), Path("/no/such"), "No such file"),
    ],
)
def test_what_does_not_belong_together_is_told(trace: Path, dump: Path, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", str(trace), str(dump), "--json"]) == 3
    assert said in capsys.readouterr().err


async def test_nothing_is_new_in_one_moment() -> None:
    app = Explorer(Console(True, open_joined(_trace("go1.27.3-lru"), _dump("go1.27.3-lru"))))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("9", "z", "s", "s", "s", "home")
        rows = text_of(app.screen)
        assert sum("main.Page" in row or "cpu.option" in row for row in rows) > 0
        assert not any(row.startswith(" +") for row in rows)
