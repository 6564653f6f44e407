"""Do the README's run command in a copy of the repository, in a pseudo-terminal; step once, quit.  Run as a script."""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """The exit code of the command, or 1 when the explorer did not come up."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = re.findall(r"<!-- run-command -->\n```sh\n(.*?)```", readme, re.S)[0].strip()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "-q", str(ROOT), folder + "/gomem"], check=True)
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(folder + "/gomem")
            os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="40")
            os.execvp("bash", ["bash", "-c", command])
        shown = wait_for(fd, "space does", 600) and press(fd, " ") and wait_for(fd, "c420000000", 20) and press(fd, "q")
        while shown and read(fd):
            pass
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(f"{command}: {'stepped and quit' if shown else 'did not come up'}, exit code {code}")
    return code if shown else 1


def wait_for(fd: int, text: str, seconds: float) -> bool:
    """Read until the text was written."""
    seen = ""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if text in seen:
            return True
        if select.select([fd], [], [], 0.2)[0]:
            data = read(fd)
            if not data:
                break
            seen = (seen + data)[-20000:]
    print(seen)
    return False


def press(fd: int, key: str) -> bool:
    """Send a key."""
    time.sleep(0.5)
    return os.write(fd, key.encode()) > 0


def read(fd: int) -> str:
    """What there is; nothing at the end."""
    try:
        return os.read(fd, 65536).decode(errors="replace")
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
