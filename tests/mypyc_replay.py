"""Compile the allocators with mypyc and replay the recordings on them: they must stay plain, typed code.

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
from gomem_core.modern import malloc as modern
from gomem_core.recordings.verify import verify
for module in (malloc, modern):
    if not module.__file__.endswith(".so"):
        sys.exit(f"not compiled: {module.__file__}")
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
        rooms = (Path(folder, "gomem_core", room) for room in ("both", "classic", "modern"))
        modules = sorted(str(p.relative_to(folder)) for room in rooms for p in room.glob("*.py") if p.stem not in LEFT_OUT)
        mypyc = Path(sys.executable).with_name("mypyc")
        done = subprocess.run([mypyc, "--strict", *modules], cwd=folder, check=False, capture_output=True, text=True)
        if done.returncode:
            print(done.stdout, done.stderr, sep="\n")
            return done.returncode
        recordings = sorted((ROOT / "tests" / "recordings").rglob("*.jsonl.gz"))
        env = {**os.environ, "PYTHONPATH": folder}
        return subprocess.run([sys.executable, "-c", _REPLAY, *recordings], cwd=folder, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
