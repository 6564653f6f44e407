"""Compiles the allocators and the loops that read traces with mypyc where GOMEM_COMPILE=1 asks for it.

Otherwise, and without a compiler, gomem is pure Python.
All else about the package stands in pyproject.toml.  pip runs this once to ask what the build needs, before mypy is there.
"""

import os
import sys
from pathlib import Path

from setuptools import setup

# Not those that only look at an allocator: some inherit from builtin types, and nobody waits for them.
LEFT_OUT = ("__init__", "image", "invariants", "laid", "seed", "unseen", "view")
# All modules are one library, whose parts call each other as parts of one program do: an eighth of a refill's time.
WHOLE = ["-O3", "-flto", "-fno-semantic-interposition"]
needs, extensions = [], []
if os.environ.get("GOMEM_COMPILE") == "1":
    needs = ["mypy==2.4.1"]
    rooms = [Path("gomem_core", room) for room in ("both", "classic", "modern")]
    loops = ["gomem_core/formats/gotrace/merge.py", "gomem_core/film/replay.py"]
    modules = loops + sorted(str(file) for room in rooms for file in room.glob("*.py") if not file.stem.startswith(LEFT_OUT))
    try:
        from mypyc.build import mypycify
    except ImportError:
        if {"bdist_wheel", "build_ext"} & {*sys.argv}:
            raise
    else:
        extensions = mypycify(["--config-file=", *modules], opt_level="3")
        for extension in extensions:
            extension.optional = True
            extension.extra_compile_args += WHOLE
            extension.extra_link_args += WHOLE
setup(ext_modules=extensions, setup_requires=needs)
