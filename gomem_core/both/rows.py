"""Addresses in a row: put together as they come."""

from gomem_core.world.blocks import AddressRow, Blocks


class Rows:
    """Puts addresses into `found`, in their order: those that lie in equal steps, upwards, as one range."""

    __slots__ = ("_first", "_found", "_last", "_n", "_step")

    def __init__(self, found: list[AddressRow]) -> None:
        self._found = found
        self._first = self._last = self._step = self._n = 0  # the row that may go on

    def add(self, first: int, step: int, n: int) -> None:
        """Add `n` addresses from `first` on, `step` bytes from one to the next."""
        if self._n:
            gap = first - self._last
            if gap > 0 and (self._n == 1 or self._step == gap) and (n == 1 or step == gap):
                self._step = gap
                self._last = first + (n - 1) * gap
                self._n += n
                return
            self.close()
        self._first, self._step, self._n = first, step, n
        self._last = first + (n - 1) * step

    def add_blocks(self, first: int, step: int, each: int, n: int) -> None:
        """Add those in `n` tiny blocks from `first` on, in each the same `each` addresses, `step` bytes apart."""
        self.close()
        self._found.append(Blocks(first, step, each, n * each))

    def close(self) -> None:
        """Let the last row end, which `found` has only from now on."""
        if self._n == 1:
            self._found.append(range(self._first, self._first + 1))
        elif self._n:
            self._found.append(range(self._first, self._last + self._step, self._step))
        self._n = 0


def rows_of(addrs: "list[int] | range") -> list[range]:
    """The same addresses as ranges."""
    if isinstance(addrs, range):
        return [addrs]
    found: list[AddressRow] = []
    rows = Rows(found)
    for addr in addrs:
        rows.add(addr, 0, 1)
    rows.close()
    return [row for row in found if isinstance(row, range)]  # all of them
