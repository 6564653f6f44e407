"""A thread works out the rows of big tables.  It cannot be cancelled, so it looks after each slice whether to go on."""

import asyncio
import time
from threading import Lock

from gomem_core.lang.pattern import TooCostly
from gomem_core.queries.roworder import RowOrder, Take, Work


class Sifter:
    """One work at a time.  `stop` returns when nothing reads the heap any more, and what comes too late is dropped."""

    def __init__(self) -> None:
        self._generation = 0
        self._slice = Lock()  # held while the heap is read
        self.order: RowOrder | None = None  # whose rows are being worked out

    def stop(self) -> None:
        """Let go of the work, if there is one.  To be called by any thread, before it changes the heap."""
        self._generation += 1
        self.order = None
        with self._slice:
            pass

    def leave(self) -> None:
        """The end has come, which would wait for the thread: let it stop after its slice.  For signal handlers, too."""
        self._generation += 1

    async def sift(self, order: RowOrder) -> bool:
        """Work out the rows of an order, and show them; tells whether nothing stopped that.  Raises TooCostly."""
        self.stop()
        self.order, generation = order, self._generation
        try:
            take = await asyncio.to_thread(self._run, order.work(), generation)
        except TooCostly:
            if generation == self._generation:
                raise
            return False  # of a filter that is not wanted any more
        finally:
            if generation == self._generation:
                self.order = None
        if take is None or generation != self._generation:
            return False
        take()
        return True

    async def prepare(self, order: RowOrder) -> None:
        """Get ready for a filter of many rows that is about to be typed, unless something else is being worked out."""
        work = order.prepare()
        if work is not None and self.order is None:
            self.stop()
            await asyncio.to_thread(self._run, work, self._generation)

    def _run(self, work: Work, generation: int) -> Take | None:
        while True:
            with self._slice:
                if generation != self._generation:
                    return None
                try:
                    compute = next(work)
                except StopIteration as done:
                    take: Take = done.value
                    return take
            if compute is not None:
                compute()
            time.sleep(0)  # the screen's thread first
