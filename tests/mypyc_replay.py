"""Compile gomem_core/classic with mypyc and replay the recordings on it: it must stay plain, typed code.

Run as a script.  A copy of the package is compiled in a temporary folder, so that nothing compiled is left behind.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# What looks at the allocator from outside: it inherits from builtin types and twice, which mypyc cannot compile.
LEFT_OUT = ("engine", "seed", "image", "invariants", "view", "view_lists", "view_pointers", "view_slots", "view_spans")
_REPLAY = """
import sys
from pathlib import Path
from gomem_core.classic import malloc
from gomem_core.recordings.verify import verify
if not malloc.__file__.endswith(".so"):
    sys.exit(f"not compiled: {malloc.__file__}")
bad = 0
for path in map(Path, sys.argv[1:]):
    report = verify(path)
    compared = sum(column.compared for column in report.columns().values())
    equal = sum(column.equal for column in report.columns().values())
    print(f"{path.name}: {equal} of {compared} equal")
    bad += equal != compared
sys.exit(bad)
"""


def main() -> int:
    """Exit code 0 when it compiles and every recording is equal."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "gomem_core", Path(folder) / "gomem_core", ignore=shutil.ignore_patterns("__pycache__"))
        modules = sorted(
            str(p.relative_to(folder)) for p in Path(folder, "gomem_core", "classic").glob("*.py") if p.stem not in LEFT_OUT
        )
        mypyc = Path(sys.executable).with_name("mypyc")
        done = subprocess.run([mypyc, "--strict", *modules], cwd=folder, check=False, capture_output=True, text=True)
        if done.returncode:
            print(done.stdout, done.stderr, sep="\n")
            return done.returncode
        recordings = sorted((ROOT / "tests" / "recordings").glob("*.jsonl.gz"))
        env = {**os.environ, "PYTHONPATH": folder}
        return subprocess.run([sys.executable, "-c", _REPLAY, *recordings], cwd=folder, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
