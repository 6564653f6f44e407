"""The branches of a session, against a naive model: each branch is the whole list of its steps."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.files.branches import script_of, timeline_of
from gomem_core.files.lines import Lines
from gomem_core.files.script import Script, read_script, write_script
from gomem_core.files.timeline import Branch, Timeline, UnknownBranch
from tests.effort import effort

R = st.randoms(use_true_random=False)


class Model:
    """Every step has a name of its own, so a place in the tree is known by the step that leads to it."""

    def __init__(self) -> None:
        self.branches: dict[str, list[str]] = {"main": []}
        self.name = "main"
        self.cursor = 0
        self.marks: dict[str, list[str]] = {}  # step -> its names; "" is the beginning
        self.made = 0

    @property
    def path(self) -> list[str]:
        return self.branches[self.name]

    def new_step(self) -> str:
        self.made += 1
        return f"alloc {self.made}"

    def put(self, step: str) -> None:
        at, path = self.cursor, self.path
        if at < len(path):
            self.name = next(f"future{n}" for n in range(2, 99) if f"future{n}" not in self.branches)
        self.branches[self.name] = [*path[:at], step]
        self.cursor += 1

    def switch(self, name: str) -> None:
        self.cursor = min(self.cursor, common(self.path, self.branches[name]))
        self.name = name

    def mark(self, name: str) -> None:
        for step in ("", *self.path):
            if name in self.marks.get(step, []):
                self.marks[step].remove(name)
        self.marks.setdefault(self.path[self.cursor - 1] if self.cursor else "", []).append(name)

    def marks_of(self, branch: str) -> dict[str, int]:
        return {name: at for at, step in enumerate(("", *self.branches[branch])) for name in self.marks.get(step, [])}


def common(one: list[str], other: list[str]) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def from_file(r: Random) -> tuple[Timeline, Model]:
    """Steps that wait, with other branches and marks, as a session file has them."""
    model = Model()
    timeline = Timeline([model.new_step() for _ in range(r.randint(0, 6))])
    model.branches["main"] = list(timeline.steps)
    for name in "abc"[: r.randint(0, 3)]:
        parent = r.choice([*timeline.branches])
        before = timeline.line(parent)
        start = r.randint(0, len(before))
        steps = [model.new_step() for _ in range(r.randint(0, 4))]
        marked = {start + n: [f"mark-{n}"] for n in range(1, len(steps) + 1) if r.random() < 0.5}
        timeline.add(Branch(name, parent, start, Lines(steps), marked))
        model.branches[name] = before[:start] + steps
        model.marks |= {steps[at - start - 1]: list(names) for at, names in marked.items()}
    return timeline, model


def compare(timeline: Timeline, model: Model) -> None:
    assert timeline.steps == model.path
    assert (timeline.name, timeline.cursor) == (model.name, model.cursor)
    assert timeline.marks == model.marks_of(model.name)
    assert timeline.following == (model.path[model.cursor] if model.cursor < len(model.path) else None)
    assert {name: timeline.line(name) for name in timeline.branches} == model.branches
    assert timeline.others == [name for name in timeline.branches if name != model.name]
    for name, path in model.branches.items():
        if name != model.name:  # one that has no steps of its own begins where the other one ends
            assert timeline.shared_with(name) == common(path, model.path)


def at_random(r: Random) -> tuple[Timeline, Model]:
    timeline, model = from_file(r)
    compare(timeline, model)
    for _ in range(r.randint(1, 30)):
        match r.randrange(6):
            case 0 | 1:
                step = model.new_step()
                timeline.put(step)
                model.put(step)
            case 2:
                model.cursor = r.randint(0, len(model.path))
                timeline.goto(model.cursor)
            case 3 if timeline.others:
                name = r.choice(timeline.others)
                timeline.switch(name)
                model.switch(name)
            case 4 | 5:
                name = f"m{r.randint(1, 5)}"
                timeline.mark(name, timeline.cursor)
                model.mark(name)
        compare(timeline, model)
    return timeline, model


@settings(max_examples=effort(50, 300))
@given(R)
def test_it_does_what_the_naive_model_does(r: Random) -> None:
    at_random(r)


@settings(max_examples=effort(30, 200))
@given(R)
def test_what_is_saved_is_read_back_with_all_names_steps_and_marks(r: Random) -> None:
    timeline, model = at_random(r)
    text = write_script(script_of(timeline, Script("s")))
    again = timeline_of(read_script("s", text, "s"))
    assert again.name == timeline.name  # the branch one stood in

    def bare(steps: list[str]) -> list[str]:
        return [step.partition("\n")[0] for step in steps]

    assert {name: bare(again.line(name)) for name in again.branches} == model.branches
    for name in [timeline.name, *timeline.others]:  # each can be taken up, also one after the other
        if name != again.name:
            again.switch(name)
        assert bare([*again.steps]) == model.branches[name]
        assert again.marks == model.marks_of(name)
    back = timeline_of(read_script("s", text, "s"))
    assert write_script(script_of(back, Script("s"))) == text


def test_two_forks_are_saved_and_opened_with_names_that_can_be_typed() -> None:
    timeline = Timeline(["gc"])
    for _ in range(2):
        timeline.goto(0)
        timeline.put("flush")
    assert [timeline.name, *timeline.others] == ["future3", "main", "future2"]
    assert write_script(script_of(timeline, Script("s"))) == (
        "gomem 1\nfuture future3\nflush\n\nbranch main from 0\ngc\n\nbranch future2 from 0\nflush\n"
    )


def test_a_mark_before_the_first_step_gives_way_to_a_later_one() -> None:
    assert timeline_of(read_script("s", "mark a\nmark b\ngc\nmark a\n", "s")).marks == {"a": 1, "b": 0}


def test_futures_within_futures_within_futures() -> None:
    timeline = Timeline()
    for _ in range(3000):  # each begins behind the first step of the one before
        timeline.put("gc")
        timeline.put("gc")
        timeline.goto(timeline.cursor - 1)
    timeline.goto(0)
    assert len(timeline.branches) == 3000
    timeline.switch("main")
    timeline.switch("future3000")
    assert timeline.shared_with("future2999") == 2999
    assert len(timeline.steps) == 3001


def test_what_is_not_there() -> None:
    timeline = Timeline(["a", "b"])
    for step in (-1, 3):
        with pytest.raises(ValueError, match=f"there is no step {step}; steps go from 0 to 2"):
            timeline.goto(step)
    for name in ("other", "main"):
        with pytest.raises(UnknownBranch):
            timeline.switch(name)
        with pytest.raises(UnknownBranch):
            timeline.shared_with(name)
    assert ([*timeline.steps], timeline.cursor, timeline.others) == (["a", "b"], 0, [])


def test_a_line_is_added_to_a_step_in_all_futures_that_have_it() -> None:
    timeline = Timeline(["a", "b"])
    timeline.goto(1)
    timeline.put("c")
    timeline.add_line(1, "expect spans 3")
    timeline.add_line(2, "expect spans 4")
    assert timeline.steps == ["a\nexpect spans 3", "c\nexpect spans 4"]
    assert timeline.line("main") == ["a\nexpect spans 3", "b"]
