"""The core files in tests/outside/cores, unpacked, and what is known of them."""

import gzip
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

CORES: Final = Path(__file__).parent / "cores"
NAMES: Final = sorted(path.name.removesuffix(".truth.json") for path in CORES.glob("*.truth.json"))
WITH_EXE: Final = sorted(path.name.removesuffix(".exe.gz") for path in CORES.glob("*.exe.gz"))
_unpacked: Final = tempfile.TemporaryDirectory(prefix="gomem-cores-")


@cache
def unpacked(name: str) -> str:
    """Path of the file NAME.core or NAME.exe, unpacked once in a process; its holes take no room."""
    path = Path(_unpacked.name, name)
    with gzip.open(CORES / f"{name}.gz") as packed, path.open("wb") as file:
        while block := packed.read(1 << 16):
            if block.count(0) == len(block):
                file.seek(len(block), 1)
            else:
                file.write(block)
        file.truncate()
    return str(path)


@cache
def truth(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CORES / f"{name}.truth.json").read_text(encoding="utf-8"))
    return found
