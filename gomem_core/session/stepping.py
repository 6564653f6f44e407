"""The ways of a key: to the next step in which spans moved, and to the next event."""

from gomem_core.session.session import Session


def seek(session: Session, direction: int) -> bool:
    """Go to the next step that changed the structure of the heap (trail.py), or to the one before; False: there is none.

    Steps that were never done are done; without one the session then stands at its end.  Raises as goto does.
    """
    if session.reel is not None:
        found = session.reel.landmark(session.step, direction)
        session.goto(found if found is not None else session.reel.events if direction > 0 else 0)
        return found is not None
    marks, step = session.trail.marks, session.step
    if direction < 0:
        found = next((n for n in range(step if session.event else step - 1, 0, -1) if marks[n]), 0)
        session.goto(found)
        return found > 0
    known = next((n for n in range(step + 1, len(marks)) if marks[n]), None)
    if known is not None:
        session.goto(known)
        return True
    session.goto(len(marks) - 1)
    while session.forward() is not None:
        if marks[session.step]:
            return True
    return False


def seek_event(session: Session, direction: int) -> None:
    """Go one event further in the next command, or one back; over a step's border where a command has no more of them.

    Raises as goto does.
    """
    step, event = session.step, session.event
    if session.reel is not None:
        session.goto(max(0, min(step + direction, session.reel.events)))
        return
    if direction > 0:
        outcome = session.outcome
        ahead = session.events_ahead() if not event else len(outcome.events if outcome is not None else ())
        step, event = (step, event + 1) if event < ahead else (min(step + 1, len(session.steps)), 0)
    elif event:
        event -= 1
    elif step:
        step -= 1
        session.goto(step)
        event = session.events_ahead()
    session.goto(step, event)
