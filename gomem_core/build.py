"""How this gomem was built: in pure Python, or with allocators that mypyc compiled (setup.py)."""

from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path


def is_compiled() -> bool:
    """Whether the allocators are compiled; nothing of them is imported for that."""
    folder = Path(__file__).with_name("classic")
    return any((folder / f"malloc{suffix}").exists() for suffix in EXTENSION_SUFFIXES)  # the order in which Python looks for them
