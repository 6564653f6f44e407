"""A token bucket: a burst at once, then a steady rate."""

import time
from collections.abc import Callable


class Bucket:
    """Holds up to `burst` tokens, and gets `rate` of them a second; the clock may be another one."""

    def __init__(self, burst: float, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._rate = rate
        self._clock = clock
        self._tokens = burst
        self._filled = clock()

    def take(self, tokens: float) -> float:
        """Take so many, even if that leaves a debt; returns the seconds after which it is paid."""
        self._fill()
        self._tokens -= tokens
        return max(0.0, -self._tokens / self._rate)

    def left(self) -> int:
        """How many whole tokens there are now; 0 where there is a debt."""
        self._fill()
        return max(0, int(self._tokens))

    def _fill(self) -> None:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._filled) * self._rate)
        self._filled = now
