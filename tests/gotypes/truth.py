"""What real toolchains said of types, of Go 1.21 to 1.27; tests/gotypes/data has it as it was measured."""

import gzip
import json
from pathlib import Path
from typing import Any, Final

from gomem_core.go.versions import PROFILES, Profile
from gomem_core.gotypes.types import GoTypes

DATA: Final = Path(__file__).parent / "data"
MODERN: Final = tuple(profile for profile in PROFILES if profile.name != "go1.10")
DECLARATIONS: Final = (DATA / "declarations.go").read_text()


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a file."""
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt") as file:
        return [json.loads(line) for line in file]


def types_of(profile: Profile, text: str = DECLARATIONS) -> GoTypes:
    """The declarations that the rows of types use, or others."""
    types = GoTypes(profile)
    types.add(text, "declarations.go")
    return types
