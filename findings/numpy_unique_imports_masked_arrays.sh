#!/usr/bin/env bash
# numpy 2.4.6: the first np.unique of a process imports numpy.ma, all of the masked arrays, for an array that has no mask.
#
# The guess: import numpy imports what its functions need, or they need nothing more for a plain array of integers.
# Seen: numpy.ma is left out of import numpy since it takes long, and unique asks it whether its array is masked: 10 to 17 ms of
# the first call.  np.union1d, which calls unique, does the same; a sort, and a comparison of neighbours, does not.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q numpy==2.4.6
cat > "$work/unique.py" <<'PY'
import sys, time
import numpy as np

values = np.array([3, 1, 3, 2])
assert "numpy.ma" not in sys.modules, "import numpy leaves it out"
in_order = np.sort(values)
assert in_order[np.append(True, in_order[1:] != in_order[:-1])].tolist() == [1, 2, 3]
assert "numpy.ma" not in sys.modules, "as does a sort"
began = time.perf_counter()
assert np.unique(values).tolist() == [1, 2, 3]
first = time.perf_counter() - began
began = time.perf_counter()
np.unique(values)
print(f"numpy {np.__version__}: the first call takes {first * 1e3:.1f} ms, the next {(time.perf_counter() - began) * 1e3:.3f} ms")
sys.exit("numpy.ma" not in sys.modules)
PY
"$work/venv/bin/python" "$work/unique.py" && echo "still so" || { echo "changed"; exit 1; }
