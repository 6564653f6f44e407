"""Walking lessons: the menu and the explorer, one after the other."""

from collections.abc import Sequence
from dataclasses import replace

from gomem_core.lessons import Lesson, lessons
from gomem_core.lessons.walked import note_walked, walked
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.screens.lessons import LessonMenu
from gomem_tui.explorer.visit import SessionVisit
from gomem_tui.opening import at_end, open_lesson
from gomem_tui.settings.options import Options


class LessonVisit:
    """A lesson that is walked: at its end it says which one is next, and remembers that it was walked."""

    def __init__(self, lesson: Lesson, desk: Console, options: Options, from_menu: bool = False) -> None:
        self._lesson = lesson
        self._desk = desk
        self._options = options
        self._from_menu = from_menu
        self._session = SessionVisit(desk, offers_killed=False)  # another session would only distract from a lesson

    @property
    def _at_end(self) -> bool:
        return at_end(self._lesson, self._desk)

    @property
    def tells_versions(self) -> bool:
        """False: a lesson is about its own version."""
        return False

    @property
    def quits_to(self) -> str:
        """The menu, if the lesson was chosen there."""
        return "menu" if self._from_menu else ""

    def greeting(self) -> str:
        """What is wrong with the journal."""
        return self._session.greeting()

    def instead_of_a_step(self) -> str:
        """Returns where to go from the lesson's end."""
        if not self._at_end:
            return ""
        following = next((one for one in lessons() if one.number > self._lesson.number), None)
        leave = self._options.keyboard.name("quit")
        if self._from_menu and leave:
            return f"the end of this lesson; {leave} leads back to the menu"
        if following is None:
            return "the end of the last lesson; type a command of your own, or q"
        return f"the end of this lesson; the next one: gomem learn {following.number}"

    def arrived(self) -> None:
        """Remember that all of it was walked, at its end."""
        if self._at_end:
            note_walked(self._lesson.name)

    def ended(self, code: int) -> None:
        """Say how to go on with a lesson that was interrupted; one that was left is begun anew."""
        if code:
            self._session.ended(code)


def walk(lesson: Lesson, desk: Console, options: Options, from_menu: bool = False) -> int:
    """The explorer on a lesson that was opened; returns its exit code, 70 when gomem itself was wrong."""
    explorer = Explorer(desk, options, LessonVisit(lesson, desk, options, from_menu))
    return explorer.run_to_end(options.mouse) or 0


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
