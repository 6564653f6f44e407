"""The list of steps and its other futures, against a naive model: each future is the whole list of its steps."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.timeline import Branch, Timeline, UnknownBranch

R = st.randoms(use_true_random=False)


class Model:
    """Every step has a name of its own, so a place in the tree is known by the step that leads to it."""

    def __init__(self) -> None:
        self.futures: dict[str, list[str]] = {"main": []}
        self.name = "main"
        self.cursor = 0
        self.done: set[str] = set()
        self.marks: dict[str, str] = {}  # name -> step; "" is the beginning
        self.made = 0

    @property
    def path(self) -> list[str]:
        return self.futures[self.name]

    def new_step(self) -> str:
        self.made += 1
        return f"s{self.made}"

    def put(self, step: str) -> bool:
        at, path = self.cursor, self.path
        forks = at < len(path) and path[at] in self.done
        if forks:
            self.name = next(str(n) for n in range(2, 99) if str(n) not in self.futures)
            self.futures[self.name] = [*path[:at], step]
        else:
            for name, other in self.futures.items():
                if name == self.name or common(other, path) > at:  # steps that wait, in whichever future, wait behind it
                    self.futures[name] = [*other[:at], step, *other[at:]]
        self.done.add(step)
        self.cursor += 1
        return forks

    def go(self, step: int) -> None:
        self.cursor = step
        self.done.update(self.path[:step])

    def switch(self, name: str) -> None:
        self.cursor = min(self.cursor, common(self.path, self.futures[name]))
        self.name = name

    def reached(self) -> int:
        return next((n for n, step in enumerate(self.path) if step not in self.done), len(self.path))

    def marks_here(self) -> dict[str, int]:
        places = {step: n for n, step in enumerate(self.path, 1)} | {"": 0}
        return {name: places[step] for name, step in self.marks.items() if step in places}


def common(one: list[str], other: list[str]) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def whole(timeline: Timeline, name: str | None) -> list[str]:
    """All steps of a future; None: of the current one."""
    if name is None:
        return timeline.steps
    branch = timeline.branches[name]
    return whole(timeline, branch.parent)[: branch.start] + branch.steps


def from_file(r: Random) -> tuple[Timeline, Model]:
    """Steps that wait, with other futures and marks, as a session file has them."""
    model = Model()
    timeline = Timeline([model.new_step() for _ in range(r.randint(0, 6))])
    model.futures["main"] = list(timeline.steps)
    for name in "abc"[: r.randint(0, 3)]:
        parent = r.choice([None, *timeline.branches])
        before = whole(timeline, parent)
        start = r.randint(0, len(before))
        steps = [model.new_step() for _ in range(r.randint(0, 4))]
        marks = {f"mark-{step}": start + n for n, step in enumerate(steps, 1) if r.random() < 0.5}
        timeline.branches[name] = Branch(name, start, steps, start, marks, parent)
        model.futures[name] = before[:start] + steps
        model.marks |= {mark: mark.removeprefix("mark-") for mark in marks}
    return timeline, model


def compare(timeline: Timeline, model: Model) -> None:
    assert timeline.steps == model.path
    assert (timeline.name, timeline.cursor, timeline.reached) == (model.name, model.cursor, model.reached())
    assert timeline.marks == model.marks_here()
    assert timeline.following == (model.path[model.cursor] if model.cursor < len(model.path) else None)
    paths = {name: whole(timeline, name) for name in timeline.branches} | {timeline.name: timeline.steps}
    for name in [name for name in model.futures if name not in paths]:  # gone, which may be if another one begins with all of it
        assert any(path[: len(model.futures[name])] == model.futures[name] for path in paths.values())
        del model.futures[name]
    assert paths == model.futures
    for name, path in model.futures.items():
        if name != model.name:
            assert timeline.shared_with(name) == common(path, model.path)


@settings(max_examples=300)
@given(R)
def test_it_does_what_the_naive_model_does(r: Random) -> None:
    timeline, model = from_file(r)
    compare(timeline, model)
    for _ in range(r.randint(1, 30)):
        match r.randrange(6):
            case 0 | 1:
                step = model.new_step()
                assert timeline.put(step) == model.put(step)
            case 2:
                step_number = r.randint(0, len(model.path))
                timeline.go(step_number)
                model.go(step_number)
            case 3 if model.cursor < len(model.path):
                timeline.go(timeline.cursor + 1)
                model.go(model.cursor + 1)
            case 4 if timeline.branches:
                name = r.choice(sorted(timeline.branches))
                timeline.switch(name)
                model.switch(name)
            case 5:
                name = f"m{model.made}-{model.cursor}-{model.name}"
                timeline.marks[name] = timeline.cursor
                model.marks[name] = model.path[model.cursor - 1] if model.cursor else ""
        compare(timeline, model)


def test_what_is_not_there() -> None:
    timeline = Timeline(["a", "b"])
    for step in (-1, 3):
        with pytest.raises(ValueError, match=f"there is no step {step}: they are 0 to 2"):
            timeline.go(step)
    with pytest.raises(UnknownBranch):
        timeline.switch("other")
    with pytest.raises(UnknownBranch):
        timeline.shared_with("other")
    assert (timeline.steps, timeline.cursor, timeline.branches) == (["a", "b"], 0, {})


def test_a_line_is_added_to_a_step() -> None:
    timeline = Timeline(["a", "b"])
    timeline.add_line(1, "expect spans 3")
    assert timeline.steps == ["a\nexpect spans 3", "b"]
