#!/usr/bin/env bash
# mypyc (mypy 2.4.1), CPython 3.11: a tuple that a compiled function takes from one list and puts into another is another object there.
#
# The guess: compiled code handles references as Python does, so equal things that are kept once stay one object, and can be compared by
# `is`, at no cost.  Seen: where its items' types are declared, a tuple is taken apart and put together anew on its way, while strings,
# lists and tuples of any length stay what they are.  What shares tuples to compare them quickly is right, but slow and large, once
# compiled; `is` inside compiled code cannot tell them either.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q mypy==2.4.1 setuptools==80.9.0
cat > "$work/hand.py" <<'PY'
def pairs(given: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in given]

def any_length(given: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [pair for pair in given]

def strings(given: list[str]) -> list[str]:
    return [text for text in given]
PY
cp "$work/hand.py" "$work/plain.py"
(cd "$work" && "$work/venv/bin/mypyc" hand.py > log 2>&1) || { cat "$work/log"; exit 1; }
cat > "$work/same.py" <<'PY'
import sys

import hand
import plain

assert hand.__file__.endswith(".so")
pair, text = tuple(["a", "b"]), "".join(["a", "b"])
seen = {
    module.__name__: (
        module.pairs([pair])[0] is pair,
        module.any_length([pair])[0] is pair,
        module.strings([text])[0] is text,
        module.pairs([pair]) == [pair],
    )
    for module in (plain, hand)
}
print("the same pair, tuple of any length, string; equal pairs:", seen)
sys.exit(seen != {"plain": (True, True, True, True), "hand": (False, True, True, True)})
PY
(cd "$work" && "$work/venv/bin/python" same.py) && echo "still so" || { echo "changed"; exit 1; }
