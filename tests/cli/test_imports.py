"""What is imported, and when: numpy only where many rows are filtered or sorted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.process import ROOT, environment, modules_of

FEW = "gogc off\nalloc 8192 times 3000\ngc\nshow spans class:4 c42\n"
SHOWN = """
import asyncio, json, sys
from pathlib import Path
from gomem_tui.explorer.app import Explorer
from gomem_tui.opening import open_console

async def main():
    app = Explorer(open_console(Path(sys.argv[1]), False, None, False))
    async with app.run_test(size=(120, 40)) as pilot:
        app.time_actions.edge_step(1)
        await pilot.pause()
        await app.workers.wait_for_complete()
        print(json.dumps([app.model.world.spans.count, "numpy" in sys.modules]))
        await pilot.press(*json.loads(sys.argv[2]))
        for _ in range(100):
            await pilot.pause(0.05)
            if "numpy" in sys.modules and not app.model.order.behind:
                break
        print(json.dumps([len(app.model.order), "numpy" in sys.modules]))

asyncio.run(main())
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "many.gomem"
    path.write_text(FEW)
    return path


def test_help_and_a_script_need_no_numpy(script: Path) -> None:
    """Also where the script looks at thousands of spans: their rows are printed one by one all the same."""
    assert "numpy" not in modules_of(["run", str(script)], ["check", str(script)])
    code = "import sys; from gomem_tui.__main__ import main\ntry: main(['--help'])\nfinally: print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "False"
    assert "usage" in done.stdout.lower()


@pytest.mark.parametrize("keys", [["1", "s"], ["1", "slash", *"pages", "colon", "1", "enter"]])
def test_the_explorer_imports_numpy_when_many_spans_are_first_sorted_or_filtered(script: Path, keys: list[str]) -> None:
    argv = [sys.executable, "-c", SHOWN, str(script), json.dumps(keys)]
    done = subprocess.run(argv, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    first, then = map(json.loads, done.stdout.splitlines())
    assert first[0] > 2_000
    assert not first[1], "not for the first picture, and the steps"
    assert then[1]


FIRST_KEYS = """
import asyncio, json, sys
from gomem_tui.explorer.app import Explorer
from gomem_tui.opening import open_console

def own():
    return sorted(name for name in sys.modules if name.startswith("gomem"))

async def main():
    app, said, first = Explorer(open_console(None, False)), [], []
    greet, app._greet = app._greet, lambda: (first.extend(own()), greet())
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(20):
            await pilot.pause()
        before = own()
        await pilot.press("space", "space", "b", "colon", *"alloc", "space", "4", "8", "enter")
        await pilot.pause()
        await app.workers.wait_for_complete()
        print(json.dumps([app.model.session.step, first, before, own()]))

asyncio.run(main())
"""


def test_a_first_picture_waits_for_no_command_and_the_first_key_for_no_import() -> None:
    argv = [sys.executable, "-c", FIRST_KEYS]
    done = subprocess.run(argv, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    step, first, before, after = json.loads(done.stdout)
    assert step == 2
    late = (
        *("gomem_core.session.commands.table", "gomem_core.session.commands.moves", "gomem_core.session.ahead"),
        *("gomem_core.session.expect", "gomem_core.session.visitors", "gomem_core.queries.difference", "gomem_core.queries.show"),
        *("gomem_core.classic.invariants", "gomem_core.classic.seed", "gomem_core.modern.engine", "gomem_tui.render.markdown"),
    )
    assert not {*first} & {*late}
    assert "gomem_core.session.commands.table" in before, "imported while nobody waits"
    assert not {*after} - {*before}
