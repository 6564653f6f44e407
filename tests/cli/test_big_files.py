"""Files with thousands of branches, or of lines that only say something, cost about as much as others of their length."""

import time
from pathlib import Path

import pytest

from gomem_core.files.branches import timeline_of
from gomem_core.files.script import read_script
from gomem_core.files.step import Step
from gomem_core.session.machine import Machine
from gomem_core.session.outcome import Outcome
from gomem_tui.__main__ import main
from gomem_tui.render import markdown
from gomem_tui.render.lines import Line
from gomem_tui.render.markdown import render_markdown

Capture = pytest.CaptureFixture[str]


def flat(steps: int) -> str:
    return "".join(f"alloc 48 as x{n}\n" for n in range(steps))


def branches(shape: str, many: int) -> str:
    """As many branches as the main line has steps, each with a step of its own; all in all twice as many steps."""

    def begin(n: int) -> str:
        match shape:
            case "nested at the end":
                return f"from {many + n} of b{n - 1}" if n else f"from {many}"
            case "each earlier than the one before":
                return f"from {many - n} of b{n - 1}" if n else f"from {many}"
            case "two chains by turns":
                return f"from {many + n // 2} of b{n - 2}" if n > 1 else f"from {many}"
            case "along the main line":
                return f"from {n}"
            case _:
                return f"from {many // 2}"

    return flat(many) + "".join(f"branch b{n} {begin(n)}\nalloc 64 as y{n}\n" for n in range(many))


SHAPES = [
    "nested at the end",
    "each earlier than the one before",
    "along the main line",
    "all at one step",
    "two chains by turns",
]


def written(folder: Path, text: str) -> str:
    path = folder / f"{len(list(folder.iterdir()))}.gomem"
    path.write_text(text)
    return str(path)


def seconds(*words: str) -> float:
    """Processor time."""
    start = time.process_time()
    assert main(words) == 0
    return time.process_time() - start


@pytest.mark.parametrize("shape", SHAPES)
def test_no_step_is_done_again_to_get_to_a_branch(
    shape: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    do, pass_by = Machine.do, Machine._pass

    def counted(machine: Machine, step: Step) -> Outcome:
        done.append(step.line)
        return do(machine, step)

    def counted_too(machine: Machine, before: tuple[int, ...]) -> tuple[int, ...]:
        done.append(f"step {machine.at + 1}")
        return pass_by(machine, before)

    monkeypatch.setattr(Machine, "do", counted)
    monkeypatch.setattr(Machine, "_pass", counted_too)
    assert main(["check", written(tmp_path, branches(shape, 200))]) == 0
    assert "400 steps" in capsys.readouterr().out
    assert len(done) <= 440


@pytest.mark.parametrize("shape", SHAPES)
def test_going_through_all_branches_takes_time_in_proportion(shape: str) -> None:
    def tour(many: int) -> float:
        script = read_script("s", branches(shape, many), "s")
        start = time.process_time()
        timeline = timeline_of(script)
        for branch, _ in timeline.tour():
            if branch.name != timeline.name:
                timeline.switch(branch.name)
            assert len(timeline.steps) == branch.start + len(branch.steps)
        return time.process_time() - start

    assert tour(3000) < 40 * min(tour(300) for _ in range(3))  # 10 where it is linear, 100 where it is not


def test_a_tour_leads_behind_every_step_once_and_never_far() -> None:
    timeline = timeline_of(read_script("s", branches("two chains by turns", 6), "s"))
    tour = [branch.name for branch, _ in timeline.tour()]
    assert tour == ["main", "b0", "b2", "b4", "b1", "b3", "b5"]
    assert [begin for _, begin in timeline.tour()] == [{6}, {7}, {8}, set(), {7}, {8}, set()]


def test_of_branches_that_begin_at_one_step_the_first_in_the_file_comes_first() -> None:
    text = "gc\ngc\nbranch x from 1\ngc\nbranch y from 1\ngc\nbranch z from 2\ngc\n"
    assert [branch.name for branch, _ in timeline_of(read_script("s", text, "s")).tour()] == ["main", "z", "x", "y"]


def test_what_is_said_is_laid_out_once_for_each_width(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(text: str, width: int) -> list[Line]:
        asked.append(width)
        return render_markdown(text, width)

    monkeypatch.setattr(markdown, "render_markdown", counted)
    assert main(["export", "--text", "--at", "end", written(tmp_path, "say only this line, again\n" * 300 + "alloc 48\n")]) == 0
    assert "only this line" in capsys.readouterr().out
    assert len(asked) == len(set(asked))


# --- The same by the clock ------------------------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize("shape", SHAPES)
def test_two_thousand_branches_are_checked_in_five_times_the_time_of_a_flat_file(shape: str, tmp_path: Path) -> None:
    plain = seconds("check", written(tmp_path, flat(4000)))
    assert seconds("check", written(tmp_path, branches(shape, 2000))) < 5 * plain
    assert seconds("export", "--text", "--at", "end", written(tmp_path, branches(shape, 2000))) < 5 * plain


@pytest.mark.thorough
def test_twenty_thousand_lines_said_cost_no_more_than_as_many_steps(tmp_path: Path) -> None:
    said = written(tmp_path, "say a line of text\n" * 20_000 + "alloc 48\n")
    steps = written(tmp_path, "alloc 48\n" * 20_000)
    for words in (["check"], ["export", "--text", "--at", "end"], ["run"]):
        assert seconds(*words, said) < seconds(*words, steps), words
