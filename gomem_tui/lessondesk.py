"""What a lesson begins with, on a screen or as plain text, and whether it was walked to its end."""

from gomem_core.files.timeline import MAIN
from gomem_core.lessons import Lesson
from gomem_core.session.console import Console


def open_lesson(lesson: Lesson, journal: bool, read_only: bool) -> Console:
    """A console on the lesson's steps, none of them done.  It is not a file of the session's own: `save` leaves it alone."""
    console = Console(True, lesson.script, "explorer" if journal else None)
    console.read_only = read_only
    return console


def at_end(lesson: Lesson, console: Console) -> bool:
    """Whether all of the lesson is done.  Another branch is not the lesson, nor is what `open` put in its place."""
    session = console.session
    done = session.timeline.following is None and session.step >= lesson.steps
    return done and session.timeline.name == MAIN and console.script is lesson.script
