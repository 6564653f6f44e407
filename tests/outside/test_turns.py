"""Who works in strides takes none while another needs to be alone, such as who holds a program."""

import sys
import threading
import time
from pathlib import Path

import pytest

from gomem_core.outside.turns import TURNS, Turns
from gomem_tui.commands import ahead


def test_no_stride_is_taken_while_another_is_alone() -> None:
    turns, taken, ends = Turns(), [0], threading.Event()

    def work() -> None:
        while not ends.is_set():
            turns.stride()
            taken[0] += 1
            time.sleep(1e-4)
        turns.stop()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(20):
            while taken[0] < 3:
                time.sleep(1e-4)
            with turns.alone():
                before = taken[0]
                time.sleep(3e-3)
                assert taken[0] == before
            taken[0] = 0
    finally:
        ends.set()
        thread.join()
    with turns.alone():  # nobody is there any more: it has not to be waited for
        pass


def test_modules_are_imported_while_something_else_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """... but while a program is held; what cannot be imported is for who imports it next."""
    for number in range(8):
        following = f"import stride{number + 1}" if number < 7 else "import stride_that_is_not_there"
        (tmp_path / f"stride{number}.py").write_text(f"import time\ntime.sleep(0.01)\n{following}\n", encoding="ascii")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(ahead, "_MODULES", ("stride0",))
    finders, interval = [*sys.meta_path], sys.getswitchinterval()

    def begun() -> int:
        return sum(f"stride{number}" in sys.modules for number in range(8))

    with ahead.imported_meanwhile():
        while not begun():
            time.sleep(1e-3)
        with TURNS.alone():
            before = begun()
            time.sleep(0.05)
            assert begun() == before
        assert before < 8
    assert "stride0" not in sys.modules  # it was imported, and failed
    assert [*sys.meta_path] == finders
    assert sys.getswitchinterval() == interval
    with pytest.raises(ModuleNotFoundError, match="stride_that_is_not_there"):
        __import__("stride0")
