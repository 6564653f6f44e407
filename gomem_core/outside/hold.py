"""Holds a running program still: ptrace SEIZE and INTERRUPT of all its threads, and nothing more.

The kernel lets the program run on by itself should gomem die.  All of it belongs to one thread: what is seized by one can be let
go by no other, so hold, read and let go in one function.
"""

import ctypes
import errno
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from gomem_core.outside.errors import Gone, NotPermitted, NotStopped
from gomem_core.outside.process import status_of, why_not
from gomem_core.outside.turns import TURNS

_DETACH, _SEIZE, _INTERRUPT = 17, 0x4206, 0x4207  # PTRACE_…
_EVENT_STOP: Final = 128  # PTRACE_EVENT_STOP
_WALL: Final = 0x40000000  # __WALL: threads too
_NOTHREAD: Final = 0x20000000  # __WNOTHREAD: only what this thread seized
_PATIENCE: Final = 5.0  # seconds that the threads have for standing still
_SHORTEST_NAP, _LONGEST_NAP = 20e-6, 1e-3
_SWITCH: Final = 5e-5  # seconds after which another Python thread has to give up the interpreter, while a program stands still

_libc = ctypes.CDLL(None, use_errno=True)
_ptrace = getattr(_libc, "ptrace", None)
if _ptrace is not None:
    _ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    _ptrace.restype = ctypes.c_long


@dataclass
class Held:
    """How long a program was held: until all its threads stood, and from the first that did to the last that ran on."""

    stand_ns: int = 0
    held_ns: int = 0


class _Tracer:
    """The threads of a process that this thread has seized."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._is_ours = status_of(pid).get("PPid") == str(os.getpid())
        self._waiting: set[int] = set()  # interrupted, not yet seen to stand
        self._standing: dict[int, int] = {}  # and the signal that each was about to get, 0: none
        self._ended: set[int] = set()

    def stop(self) -> None:
        """Stop all threads, also those that are born meanwhile."""
        deadline = time.monotonic() + _PATIENCE
        while new := self._threads() - self._waiting - self._standing.keys() - self._ended:
            for tid in new:
                self._seize(tid)
            for tid in self._waiting:
                _try(_INTERRUPT, tid)
            self._await(deadline)

    def _threads(self) -> set[int]:
        try:
            return {int(name) for name in os.listdir(f"/proc/{self._pid}/task")}
        except OSError:
            raise Gone(f"process {self._pid} has ended") from None

    def _seize(self, tid: int) -> None:
        code = _try(_SEIZE, tid)
        if not code:
            self._waiting.add(tid)
        elif code == errno.ESRCH or _has_ended(tid):
            self._ended.add(tid)
        else:
            raise NotPermitted(_why_not_held(self._pid))

    def _await(self, deadline: float) -> None:
        nap = _SHORTEST_NAP
        while self._waiting:
            if not [tid for tid in [*self._waiting] if self._seen(tid)]:
                if time.monotonic() > deadline:
                    raise NotStopped(f"{len(self._waiting)} threads of process {self._pid} did not stop within {_PATIENCE:.0f} s")
                time.sleep(nap)
                nap = min(nap * 2, _LONGEST_NAP)

    def _seen(self, tid: int) -> bool:
        """Whether this thread is now known to stand, or to have ended."""
        try:
            found, status = os.waitpid(tid, _WALL | _NOTHREAD | os.WNOHANG)
        except ChildProcessError:
            self._waiting.discard(tid)
            self._ended.add(tid)
            return True
        if not found:
            return False
        self._waiting.discard(tid)
        if os.WIFSTOPPED(status):
            self._standing[tid] = 0 if status >> 16 == _EVENT_STOP else os.WSTOPSIG(status)
        else:
            self._ended.add(tid)
        return True

    def release(self) -> None:
        """Let all of them run on; what did not stand yet is waited for first, since only what stands can be let go."""
        deadline = time.monotonic() + _PATIENCE
        while self._waiting and time.monotonic() < deadline:
            if not [tid for tid in [*self._waiting] if self._seen(tid)]:
                time.sleep(_SHORTEST_NAP)
        killed = [tid for tid, delivered in self._standing.items() if _try(_DETACH, tid, delivered) == errno.ESRCH]
        for tid in sorted(killed, key=self._pid.__eq__):  # the first thread ends after all others
            self._reap(tid, deadline)
        self._standing.clear()

    def _reap(self, tid: int, deadline: float) -> None:
        """Take note of a thread that was killed while it stood: unless its tracer does, it stays as a zombie.

        A program that we started ourselves is left to whoever waits for it.
        """
        if tid == self._pid and self._is_ours:
            return
        with suppress(ChildProcessError):
            while os.waitpid(tid, _WALL | os.WNOHANG) == (0, 0) and time.monotonic() < deadline:
                time.sleep(_SHORTEST_NAP)


def _try(request: int, tid: int, data: int = 0) -> int:
    """A ptrace request; returns 0, or errno."""
    if _ptrace is None:
        raise NotPermitted("this system has no ptrace, with which a process is held still")
    return 0 if _ptrace(request, tid, None, data) >= 0 else ctypes.get_errno()


def _has_ended(tid: int) -> bool:
    """Whether a thread has ended, even if it is still listed: then the kernel says that it may not be seized."""
    return status_of(tid).get("State", "X")[:1] in "XZ"


def _why_not_held(pid: int) -> str:
    tracer = status_of(pid).get("TracerPid", "0")
    if tracer != "0":
        return (
            f"process {pid} is held by another program (pid {tracer}), such as a debugger; --no-stop reads it without stopping it"
        )
    return why_not(pid)


@contextmanager
def held(pid: int) -> Iterator[Held]:
    """Holds the process while the block runs; raises Gone, NotPermitted, NotStopped."""
    found = Held()
    tracer = _Tracer(pid)
    interval = sys.getswitchinterval()
    collects = gc.isenabled()
    with TURNS.alone(), _undisturbed():
        sys.setswitchinterval(_SWITCH)
        gc.disable()  # to go through all objects of an explorer takes longer than to read a heap
        began = time.monotonic_ns()
        try:
            tracer.stop()
            found.stand_ns = time.monotonic_ns() - began
            yield found
        finally:
            tracer.release()
            found.held_ns = time.monotonic_ns() - began
            sys.setswitchinterval(interval)
            if collects:
                gc.enable()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Puts Ctrl+Z and Ctrl+C off while the block runs: a gomem that is stopped would hold the program for as long.

    A mask would not do where other threads do not have it too, so where it can be, in the main thread, these signals are caught.
    """
    signals = (signal.SIGTSTP, signal.SIGINT)
    if threading.current_thread() is not threading.main_thread():
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return
    came: list[int] = []
    handlers = [(number, signal.signal(number, lambda number, _: came.append(number))) for number in signals]
    try:
        yield
    finally:
        for caught, handler in handlers:
            signal.signal(caught, handler)
        for number in came:
            signal.raise_signal(number)
