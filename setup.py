"""Compiles the allocators and the loops that read traces with mypyc where GOMEM_COMPILE=1 asks for it.

Otherwise, and without a compiler, gomem is pure Python.  One that refuses WHOLE is asked again without.
All else about the package stands in pyproject.toml.  pip runs this once to ask what the build needs, before mypy is there.
"""

import os
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError, LinkError

# Not those that only look at an allocator: some inherit from builtin types, and nobody waits for them.
LEFT_OUT = ("__init__", "image", "invariants", "laid", "seed", "unseen", "view")
# All modules are one library, whose parts call each other as parts of one program do: an eighth of a refill's time.
WHOLE = ["-flto", "-fno-semantic-interposition"]


class Build(build_ext):
    """Compiles with WHOLE where the compiler can do that."""

    def build_extension(self, ext: Extension) -> None:
        """Compile and link one library."""
        try:
            super().build_extension(ext)
        except (CompileError, LinkError) as e:
            if not {*WHOLE} & {*ext.extra_compile_args}:
                raise
            self.warn(f"{e}; once more without {' '.join(WHOLE)}, which costs some speed")
            for each in self.extensions:
                for args in (each.extra_compile_args, each.extra_link_args):
                    args[:] = [arg for arg in args if arg not in WHOLE]
            super().build_extension(ext)


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
            extension.extra_link_args += ["-O3", *WHOLE]
setup(ext_modules=extensions, setup_requires=needs, cmdclass={"build_ext": Build})
