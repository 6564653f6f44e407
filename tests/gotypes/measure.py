"""What Go costs at the prompt: `layout` of a type, and a large map beside its objects.

`python -m tests.gotypes.measure` prints processor time in ms, the best of several rounds.  The map is measured as in the
explorer, where each step is told, and where nobody follows; `hint` is what the line below the prompt takes while it is typed.
"""

import gc
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from gomem_core.session.console import Console
from gomem_tui.hint import hint
from tests.outside.goprograms import VERSIONS

MAP: Final = "make(map[string]int, 1000000)"
_TABLES: Final = ("alloc 48 scan", "alloc 16K scan", "alloc 32 scan times 2048", "alloc 25600 scan times 2048")  # since Go 1.24
_ROUNDS: Final = 12
_MANY: Final = "struct{ " + "; ".join(f"f{i} {'bool' if i % 3 else '*int'}" for i in range(60)) + " }"
_DECLARED: Final = (
    "type node struct { next *node; key string; ok bool; n int; done bool }",
    "type pair[K comparable, V any] struct { k K; v V; ok bool }",
)
_TYPES: Final = ("node", "pair[string, bool]", "struct{ ok bool; n int; done bool }", "map[string]int", "[1000]node", _MANY)


def _best(prepare: Callable[[], Console], *lines: str) -> float:
    """Milliseconds that these lines take together, each round in a session of its own."""
    found = []
    for _ in range(_ROUNDS):
        console = prepare()
        gc.collect()
        began = time.process_time()
        for line in lines:
            if console.submit(line).error is not None:
                sys.exit(f"cannot be measured: {line}")
        found.append(time.process_time() - began)
    return 1000 * min(found)


def _session(go: str, narrate: bool) -> Console:
    console = Console(narrate=narrate)
    for line in (f"go {go}", "gogc off", "new(int)", *_DECLARED):
        console.submit(line)
    return console


def main() -> None:
    """Print both."""
    known = _session("1.27", narrate=False)
    for text in _TYPES:
        known.submit(f"layout {text}")
        print(f"layout {text[:40]:40} {_best(lambda: known, f'layout {text}'):6.2f} ms")
    for go in VERSIONS:
        for narrate in (False, True):
            first = _session(go, narrate).submit(MAP)
            assert first.result is not None
            data: Any = first.result.data
            few = tuple(f"alloc {one['size']} scan" for one in data["objects"]) if data["count"] < 9 else _TABLES
            made, objects = (_best(lambda: _session(go, narrate), *lines) for lines in ((MAP,), few))  # noqa: B023 -- at once
            typing = _session(go, narrate)
            hint(MAP, typing)
            began = time.process_time()
            hint(MAP, typing)
            hinted = 1000 * (time.process_time() - began)
            how = "told" if narrate else "silent"
            print(f"{go} {how:6} {MAP} {made:6.2f} ms, objects {objects:6.2f}, {made / objects:.2f} x, hint {hinted:.2f}")


if __name__ == "__main__":
    main()
