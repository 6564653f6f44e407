"""Build gomem compiled, replay the recordings, and run tests of sessions and of films: it must stay plain, typed code.

Run as a script.  A copy of the tree is compiled in a temporary folder, so that nothing compiled is left behind.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "build", "*.egg-info", "*.so")
# Tests that drive, image, halve and look at allocators from all sides; the others are about what is above them.
_TESTS = (
    *("test_account", "test_image", "test_modern_engine", "test_releases", "test_state_machine", "test_time"),
    *("test_view_halfway", "test_runtime_*"),
)
_REPLAY = """
import sys
from pathlib import Path
from gomem_core.build import is_compiled
from gomem_core.classic import engine
from gomem_core.film import replay
from gomem_core.formats.gotrace import merge
from gomem_core.modern import malloc
from gomem_core.recordings.verify import verify
for module in (engine, malloc, merge, replay):
    if not is_compiled() or not module.__file__.endswith(".so"):
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
    """Exit code 0 when it compiles, every recording is equal and the tests pass."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "gomem")
        shutil.copytree(ROOT, copy, ignore=_NOT_COPIED)
        asked = {**os.environ, "GOMEM_COMPILE": "1"}
        build = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
        done = subprocess.run(build, cwd=copy, env=asked, check=False, capture_output=True, text=True)
        if done.returncode:
            print(done.stdout, done.stderr, sep="\n")
            return done.returncode
        env = {**os.environ, "PYTHONPATH": str(copy)}
        recordings = sorted((copy / "tests" / "recordings").rglob("*.jsonl.gz"))
        replayed = subprocess.run([sys.executable, "-c", _REPLAY, *recordings], cwd=copy, env=env, check=False).returncode
        files = sorted(str(file.relative_to(copy)) for name in _TESTS for file in (copy / "tests" / "core").glob(f"{name}.py"))
        films = sorted(str(file.relative_to(copy)) for file in (copy / "tests" / "film").glob("test_*.py"))
        tested = subprocess.run([sys.executable, "-m", "pytest", *files, *films], cwd=copy, env=env, check=False).returncode
        return replayed or tested


if __name__ == "__main__":
    sys.exit(main())
