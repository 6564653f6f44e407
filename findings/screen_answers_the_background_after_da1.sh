#!/usr/bin/env bash
# GNU screen 4.9.0: the answer to "which background colour?" (OSC 11) comes after the answer to DA1 that was asked behind it.
#
# The guess: terminals answer in order, so a program asks OSC 11 and then DA1, which all of them answer, and knows at DA1's answer that
# no colour will come.  Seen: screen hands the OSC 11 question on to the terminal outside and answers DA1 by itself, at once.  The
# colour arrives behind the fence, where a program that has stopped looking for it reads it as typed keys.
# Needs Debian's apt-get and dpkg; screen is unpacked into a temporary folder, not installed.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
(cd "$work" && apt-get -qq download screen=4.9.0-4 2>/dev/null && dpkg -x screen_4.9.0-4_*.deb screen)
cat > "$work/ask.py" <<'PY'
import os, select, sys, time, tty
tty.setraw(0)
os.write(1, b"\x1b]11;?\x07\x1b[c")
got, end = b"", time.time() + 3
while time.time() < end:
    if select.select([0], [], [], 0.2)[0]:
        got += os.read(0, 4096)
open(sys.argv[1], "wb").write(got)
PY
cat > "$work/terminal.py" <<'PY'
import os, pty, select, sys, time
work = sys.argv[1]
sockets, answers = f"{work}/sockets", f"{work}/answers"
os.mkdir(sockets, 0o700)
pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm-256color", SCREENDIR=sockets)
    os.execv(f"{work}/screen/usr/bin/screen", ["screen", "-c", "/dev/null", sys.executable, f"{work}/ask.py", answers])
shown, answered, end = b"", False, time.time() + 10
while time.time() < end:
    if not select.select([terminal], [], [], 0.2)[0]:
        continue
    try:
        read = os.read(terminal, 65536)
    except OSError:
        break
    shown += read
    if b"\x1b]11;?" in shown and not answered:  # the terminal outside answers as a white xterm does
        answered = True
        os.write(terminal, b"\x1b]11;rgb:ffff/ffff/ffff\x07")
got = open(answers, "rb").read()
print("the program in screen read", got)
da1, colour = got.find(b"\x1b[?"), got.find(b"\x1b]11;rgb:ffff")
sys.exit(not 0 <= da1 < colour)
PY
python3 "$work/terminal.py" "$work" && echo "still so" || { echo "changed"; exit 1; }
