"""What the places are called through which a session goes: steps, looks at a process, events of a film."""

from gomem_core.session.session import Session


def place_name(session: Session, step: int) -> str:
    """What the place after so many steps is called where people read it: step 3, look 4, event 2,403."""
    if session.reel is not None:
        return f"event {step:,}"
    if session.has_looks:
        return f"look {step + 1:,}"
    return f"step {step:,}"
