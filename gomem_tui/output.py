"""Files that the explorer writes where it was started."""

import re
from pathlib import Path


def write_picture(svg: str, text: str, name: str, step: int) -> Path:
    """Write the screen as NAME.svg and NAME.txt in the current directory; returns the path without the ending.

    The name has the script's and the step; files that are there are never overwritten.  Raises OSError.
    """
    script = re.sub(r"[^\w-]+", "-", name.partition(".")[0]) or "session"
    stem = f"gomem-{script}-step{step}"
    path = Path(stem)
    number = 2
    while any(path.with_name(f"{path.name}{ending}").exists() for ending in (".svg", ".txt")):
        path = Path(f"{stem}-{number}")
        number += 1
    path.with_name(f"{path.name}.svg").write_text(svg, encoding="utf-8")
    path.with_name(f"{path.name}.txt").write_text(text, encoding="utf-8")
    return path
