"""Walking lessons: the menu and the explorer, one after the other."""

from collections.abc import Sequence
from dataclasses import replace

from gomem_core.lessons import Lesson, lessons
from gomem_core.lessons.walked import note_walked, walked
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.screens.lessons import LessonMenu
from gomem_tui.opening import at_end, open_lesson
from gomem_tui.settings.options import Options


class LessonExplorer(Explorer):
    """The explorer on a lesson: at its end it says which one is next, and remembers that it was walked."""

    CSS_PATH = "app.tcss"

    def __init__(self, lesson: Lesson, desk: Console, options: Options, from_menu: bool = False) -> None:
        super().__init__(desk, options)
        self.lesson = lesson
        self._from_menu = from_menu

    @property
    def _at_end(self) -> bool:
        return at_end(self.lesson, self.desk)

    def tell_of_killed(self) -> None:
        """Say nothing: another session would only distract from a lesson."""

    def tell_of_ended(self, code: int) -> None:
        """A lesson that was left is begun anew; one that was interrupted can be gone on with."""
        if code:
            super().tell_of_ended(code)

    def worked(self) -> None:
        """The session stands elsewhere: perhaps at the end."""
        super().worked()
        if self._at_end:
            note_walked(self.lesson.name)

    def placeholder(self) -> str:
        """Returns where to go from the lesson's end, or else what the next step is."""
        if not self._at_end:
            return super().placeholder()
        following = next((one for one in lessons() if one.number > self.lesson.number), None)
        leave = self.keyboard.name("quit")
        if self._from_menu and leave:
            return f"the end of this lesson; {leave} leads back to the menu"
        if following is None:
            return "the end of the last lesson; type a command of your own, or q"
        return f"the end of this lesson; the next one: gomem learn {following.number}"


def walk(lesson: Lesson, desk: Console, options: Options, from_menu: bool = False) -> int:
    """The explorer on a lesson that was opened; returns its exit code, 70 when gomem itself was wrong."""
    return LessonExplorer(lesson, desk, options, from_menu).run_to_end(options.mouse) or 0


def choose_and_walk(there: Sequence[Lesson], journal: bool, read_only: bool, options: Options) -> int:
    """The menu, a lesson, the menu again, until somebody leaves it; returns the exit code, 70 when gomem itself was wrong."""
    at = next((index for index, one in enumerate(there) if one.name not in walked()), 0)
    while True:
        menu = LessonMenu(there, walked(), options, at)
        code = menu.run_to_end(options.mouse)
        if code is not None:
            return code
        at = menu.at
        options = replace(options, look=menu.look)  # the terminal may have told its background
        before = walked()
        code = walk(there[at], open_lesson(there[at], journal, read_only), options, from_menu=True)
        if code:
            return code  # a signal ended it, or an error, of which is told on stderr
        if there[at].name in walked() - before and at + 1 < len(there):
            at += 1  # the next one
