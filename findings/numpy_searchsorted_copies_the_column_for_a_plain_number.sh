#!/usr/bin/env bash
# numpy 2.4.6: np.searchsorted(column, 5) with a column of uint32 and a plain Python number copies the whole column first.
#
# The guess: a binary search reads some twenty entries; and since numpy 2 a plain number takes the type of the array beside it
# (column + 5 stays uint32), so that nothing has to be converted.
# Seen: for a search the number becomes int64, and the column with it: 8 MB for a million entries, each time it is asked, which
# is a matter of milliseconds instead of microseconds.  With np.uint32(5), or an array of that type, nothing is copied.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q numpy==2.4.6
cat > "$work/search.py" <<'PY'
import sys, tracemalloc
import numpy as np

def bytes_for(value) -> int:
    tracemalloc.start()
    assert np.searchsorted(column, value) == 500_000
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most

column = np.arange(1_000_000, dtype=np.uint32)
assert (column[:3] + 5).dtype == np.uint32, "elsewhere a plain number takes the column's type"
plain, typed = bytes_for(500_000), bytes_for(np.uint32(500_000))
print(f"numpy {np.__version__}: a plain number takes {plain:,} bytes, one of the column's type {typed:,}")
sys.exit(not (plain >= 8 * len(column) and typed < 10_000))
PY
"$work/venv/bin/python" "$work/search.py" && echo "still so" || { echo "changed"; exit 1; }
