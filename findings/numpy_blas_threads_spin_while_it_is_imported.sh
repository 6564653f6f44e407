#!/usr/bin/env bash
# numpy 2.4.6: import numpy starts a thread of its BLAS for each further processor, and these spin for a tenth of a second.
#
# The guess: threads that have nothing to do sleep, so that the import costs what its one thread does.
# Seen: each takes a processor for as long as the import takes, and longer, before it goes to sleep for the first time; on two
# processors whoever works beside the import gets half of one.  With OPENBLAS_NUM_THREADS=1, set before the import, no thread is
# started.  Who only adds and sorts loses nothing by that: none of it is done by BLAS.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q numpy==2.4.6
cat > "$work/spin.py" <<'PY'
import os, sys, time

began = time.process_time(), time.thread_time()
import numpy
time.sleep(0.3)
others = (time.process_time() - began[0]) - (time.thread_time() - began[1])
threads = len(os.listdir("/proc/self/task"))
print(f"numpy {numpy.__version__}: {threads - 1} more threads, which took {others * 1e3:.0f} ms of processors")
sys.exit(threads != int(sys.argv[1]) or (others > 0.03) != (threads > 1))
PY
"$work/venv/bin/python" "$work/spin.py" 1 > /dev/null 2>&1 || true  # compiles it
all=$("$work/venv/bin/python" -c "import os; print(min(len(os.sched_getaffinity(0)), 64))")
"$work/venv/bin/python" "$work/spin.py" "$all" && OPENBLAS_NUM_THREADS=1 "$work/venv/bin/python" "$work/spin.py" 1 \
    && echo "still so" || { echo "changed"; exit 1; }
