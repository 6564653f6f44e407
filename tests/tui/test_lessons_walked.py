"""Each lesson is walked to its end and back: nothing of what it says is cut, and all it expects comes true."""

import re

import pytest

from gomem_core.console import Console
from gomem_core.lessons import lessons
from gomem_tui.app import Explorer
from gomem_tui.panes.why import WhyPane


def plain(text: str) -> str:
    """The words, without Markdown's marks."""
    return " ".join(re.sub(r"[*`_]", "", text).split())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
async def test_there_and_back(lesson: object, size: tuple[int, int]) -> None:
    script = next(one.script for one in lessons() if one == lesson)
    app = Explorer(Console(True, script))
    async with app.run_test(size=size) as pilot:
        session, why = app.model.session, app.query_one(WhyPane)
        seen: list[str] = []
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
            missing = [word for word in plain(" ".join(said.says)).split() if word not in shown] if said is not None else []
            assert missing == [], (step, why.text())
            seen.append(why.text())
        for step in range(len(script.steps) - 1, 0, -1):
            await pilot.press("b")
            await pilot.pause()
            assert session.step == step
            assert why.text() == seen[step - 1]
        await pilot.press("b")
        await pilot.pause()
        assert (session.step, len(session.objects)) == (0, 0)
