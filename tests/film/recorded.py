"""Traces of real programs, and what these programs told of themselves."""

import gzip
import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from gomem_core.film.film import Film

FOLDER: Final = Path(__file__).with_name("traces")
TRUTH: Final[dict[str, Any]] = json.loads((FOLDER / "truth.json").read_text())
NAMES: Final = tuple(sorted(path.name.removesuffix(".trace.gz") for path in FOLDER.glob("*.trace.gz")))
TOLD: Final = tuple(TRUTH)  # those whose programs told their MemStats; the others are programs that nobody changed


def trace(name: str) -> bytes:
    """The bytes of a trace."""
    return gzip.decompress((FOLDER / f"{name}.trace.gz").read_bytes())


@lru_cache(maxsize=3)  # each keeps more than a hundred files open
def film(name: str) -> Film:
    """A film of a trace, read to its end; shared, since nothing changes it."""
    return Film(trace(name), name).read()
