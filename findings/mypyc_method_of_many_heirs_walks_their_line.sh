#!/usr/bin/env bash
# mypyc (mypy 2.4.1): a compiled method that three classes or more inherit looks through the line of its object's class each call.
#
# The guess: where a compiled method stands in a tree of classes makes no difference to who calls it from Python.
# Seen: its wrapper compares the object's class with that of the method and of those that inherit it, one after the other, only
# while there are at most two heirs.  With three it calls PyType_IsSubtype, which walks the object's line of bases: about 2 ns, of 8
# that a call takes.  What is called once an object is better written down again further below in the tree.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q mypy==2.4.1 setuptools==80.9.0
cat > "$work/heirs.py" <<'PY'
class Few:
    def call(self, size: int) -> int:
        return 5


class FewA(Few):
    pass


class FewB(Few):
    pass


class Many:
    def call(self, size: int) -> int:
        return 5


class ManyA(Many):
    pass


class ManyB(Many):
    pass


class ManyC(Many):
    pass
PY
(cd "$work" && "$work/venv/bin/mypyc" heirs.py > log 2>&1) || { cat "$work/log"; exit 1; }
# wrapper CLASS: the C function that Python calls for the class's method
wrapper() { sed -n "/PyObject \*CPyPy_$1___call(.*{\$/,/arg_self = obj_self/p" "$work"/build/__native*.c; }
wrapper Few | grep -q 'Py_TYPE(obj_self) == CPyType_FewB' || { echo "two heirs: their classes are not compared"; exit 1; }
wrapper Many | grep -q 'PyObject_TypeCheck(obj_self, CPyType_Many)' || { echo "three heirs: no look through the line"; exit 1; }
if wrapper Few | grep -q PyObject_TypeCheck; then echo "two heirs: a look through the line"; exit 1; fi
echo "at most two heirs: compared; three: a look through the line of bases"
