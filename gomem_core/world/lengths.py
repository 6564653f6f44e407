"""Free spans, counted by their length."""

from collections.abc import Iterable


def by_length(spans: Iterable[tuple[int, int]], most: int) -> list[tuple[int, int, int]]:
    """(pages, number of spans, base of the first) of each length; `spans` are (pages, base), shortest first.

    Looks at `most` spans; the length at which it then stops is left out, unless it is the only one.
    """
    found: dict[int, tuple[int, int]] = {}
    for n, (npages, first) in enumerate(spans):
        if n == most:
            if len(found) > 1:
                found.popitem()
            break
        count, base = found.get(npages, (0, first))
        found[npages] = count + 1, base
    return [(npages, count, base) for npages, (count, base) in found.items()]
