#!/usr/bin/env bash
# numpy 2.4.6: np.unique on integers that mostly differ takes many times as long as sorting them and comparing neighbours.
#
# The guess: unique sorts, and so costs a sort; and asking it for more (return_index=True) costs more.
# Seen: for plain integers it fills a hash table.  On 2,000,000 random 40-bit numbers that was 70 times the time of np.sort and one
# comparison, which gives the same array; with return_index=True, which takes the old way, it is several times FASTER than without.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q numpy==2.4.6
cat > "$work/unique.py" <<'PY'
import sys, time
import numpy as np

def best(call) -> float:
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return min(times)

def by_sorting() -> np.ndarray:
    s = np.sort(numbers)
    return s[np.r_[True, s[1:] != s[:-1]]]

numbers = np.random.default_rng(1).integers(0, 2**40, 2_000_000)
assert np.array_equal(np.unique(numbers), by_sorting())
plain, sorting, index = best(lambda: np.unique(numbers)), best(by_sorting), best(lambda: np.unique(numbers, return_index=True))
print(f"numpy {np.__version__}: unique {plain / sorting:.0f} x sort and compare; with return_index {index / plain:.2f} x without")
sys.exit(not (plain > 5 * sorting and index < plain))
PY
"$work/venv/bin/python" "$work/unique.py" && echo "still so" || { echo "changed"; exit 1; }
