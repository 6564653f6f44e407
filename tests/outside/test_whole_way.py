"""From the command line to a file, as one goes who looks at a program of his own."""

import gzip
import time
from pathlib import Path

import pytest

from gomem_core.session.opened import open_file
from gomem_core.world.strip import Strip
from tests.outside.goprograms import built, running
from tests.tui.terminal import Terminal

SECRET = b"SECRET-of-gomemgomem"


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_a_program_is_looked_at_every_second_and_the_looks_are_kept_without_what_objects_hold(
    columns: int, rows: int, tmp_path: Path
) -> None:
    with running(built("secret", "1.27")) as program:
        terminal = Terminal("attach", "--every", "1s", str(program.pid), columns=columns, rows=rows, fresh=True)
        try:
            terminal.wait_for("look 3/3")
            began = time.monotonic()
            terminal.wait_for("look 4/4")
            assert time.monotonic() - began > 0.7
            terminal.send("b")  # any key stops that, and does nothing else
            terminal.settle(1.5)
            terminal.send("b")
            terminal.settle()
            terminal.send(f":save {tmp_path / 'looks'}\r")
            terminal.wait_for("saved")
        finally:
            terminal.kill()
        assert program.ask()["HeapAlloc"] > 0
    kept = open_file(tmp_path / "looks")
    assert isinstance(kept, Strip)
    assert len(kept.stills) >= 3
    assert kept.sums.mem_stats().HeapObjects > 6000
    written = (tmp_path / "looks").read_bytes()
    plain = gzip.decompress(written) if written[:2] == b"\x1f\x8b" else written
    assert b"go1.27" in plain  # it can be read here
    for part in (SECRET, SECRET.hex().encode(), SECRET[:8], b"gomemgomem"):
        assert part not in plain
