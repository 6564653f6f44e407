#!/usr/bin/env bash
# CPython 3.11.7 (Linux): a KeyboardInterrupt that was caught can still end the process by SIGINT, whatever sys.exit says.
#
# The guess: once `except KeyboardInterrupt` has caught it, an interrupt is over, and sys.exit(7) exits with 7.
# Seen: if the interrupt left an exec or eval of *text* on its way, and the program was started with `python -m`, the interpreter
# remembers it as unhandled.  The program goes on, sys.exit(7) runs, and then the process kills itself with SIGINT: a parent sees -2.
# It is not an exotic place: dataclasses and namedtuple execute text when a class is made, so an interrupt during imports is enough.
# Executing a code object (compile first) leaves no trace, and a program started as a file exits with 7 either way.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cat > "$work/program.py" <<'PY'
import sys

text = "raise KeyboardInterrupt"  # as if ctrl+c came while it is executed
try:
    exec(text if sys.argv[1] == "text" else compile(text, "made", "exec"))
except KeyboardInterrupt:
    pass
sys.exit(7)
PY
cat > "$work/look.py" <<'PY'
import platform, subprocess, sys

def status(*words: str) -> int:
    return subprocess.run([sys.executable, *words], check=False).returncode

seen = {
    "-m, text": status("-m", "program", "text"),
    "-m, code": status("-m", "program", "code"),
    "file, text": status("program.py", "text"),
    "file, code": status("program.py", "code"),
}
print(f"CPython {platform.python_version()}: {seen}")
sys.exit(0 if list(seen.values()) == [-2, 7, 7, 7] else 1)
PY
cd "$work" && python3 look.py && echo "still so" || { echo "changed"; exit 1; }
