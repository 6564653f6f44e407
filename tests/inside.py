"""The inside of a session, which it hides from all others: for tests that compare it to the bit, or disturb it."""

from gomem_core.classic.malloc import Heap
from gomem_core.files.timeline import Timeline
from gomem_core.session.machine import Machine
from gomem_core.session.session import Session


def machine_of(session: Session) -> Machine:
    return session._machine


def heap_of(session: Session) -> Heap:
    engine = session._machine.engine
    assert isinstance(engine, Heap)
    return engine


def timeline_of(session: Session) -> Timeline:
    return session._timeline
