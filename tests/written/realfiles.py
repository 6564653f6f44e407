"""The files in tests/written/real, and what their programs knew."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from gomem_core.world.still import Still
from gomem_core.written.dump import world_of_dump

REAL: Final = Path(__file__).parent / "real"
NAMES: Final = sorted(path.name.removesuffix(".heapdump.gz") for path in REAL.glob("*.heapdump.gz"))


@cache
def unpacked(file: str) -> bytes:
    """The bytes of a file in the folder, those that were compressed where its name says so."""
    data = (REAL / file).read_bytes()
    return gzip.decompress(data) if file.endswith(".gz") else data


@cache
def truth(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(unpacked(f"{name}.truth.json.gz"))
    return found


@cache
def dump_world(name: str) -> Still:
    """The heap dump of a program, as a still."""
    return world_of_dump(unpacked(f"{name}.heapdump.gz"), name)
