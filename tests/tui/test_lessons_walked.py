"""Each lesson is walked to its end and back: nothing it says is cut, all it expects comes true, what it points at is shown."""

import re
from collections.abc import Iterator

import pytest
from _pytest.mark import ParameterSet

from gomem_core.files.step import parse_step
from gomem_core.lessons import Lesson, lessons
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer


def plain(text: str) -> str:
    """The words, without Markdown's marks."""
    return " ".join(re.sub(r"[*`_]|^- ", "", text, flags=re.M).split())


def walks() -> Iterator[ParameterSet]:
    """Each lesson in the usual terminal and in a large one; some of that is for the thorough run alone."""
    for number, lesson in enumerate(lessons()):
        for size in ((80, 24), (120, 40)):
            marks = () if size == (80, 24) and number % 2 else (pytest.mark.thorough,)
            yield pytest.param(lesson, size, marks=marks, id=f"{lesson.name}-{size[0]}x{size[1]}")


@pytest.mark.parametrize(("lesson", "size"), [*walks()])
async def test_there_and_back(lesson: Lesson, size: tuple[int, int]) -> None:
    script = lesson.script
    steps = [parse_step(source) for source in script.steps]
    app = Explorer(Console(True, script))
    async with app.run_test(size=size) as pilot:
        session, why = app.model.session, app.widgets.panes.why
        seen: list[str] = []
        pointed: list[str] = []
        panes = ["spans"]
        for step in range(1, len(script.steps) + 1):
            await pilot.press("space")
            await pilot.pause()
            assert session.step == step
            assert app.model.unmet == []
            outcome = session.outcome
            assert outcome is not None
            assert outcome.ok
            said = outcome.said
            shown = plain(why.text())
            missing = [word for word in plain("\n".join(said.says)).split() if word not in shown] if said is not None else []
            assert missing == [], (step, why.text())
            panes += steps[step - 1].focus
            assert app.stage.arrangement.current == panes[-1]
            meant = steps[step - 1].select
            if meant is not None:
                assert app.model.scene.selection.addr == session.address_of(meant), step
            seen.append(why.text())
            pointed.append(panes[-1])
        for step in range(len(script.steps) - 1, 0, -1):
            await pilot.press("b")
            await pilot.pause()
            assert session.step == step
            assert why.text() == seen[step - 1]
            assert app.stage.arrangement.current == pointed[step - 1]
        await pilot.press("b")
        await pilot.pause()
        assert session.step == 0
        assert session.strip is not None or not len(session.objects), "a film knows of objects from its beginning on"
