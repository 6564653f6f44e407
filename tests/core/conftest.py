"""What several tests of the core need."""

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory for journals, not made yet."""
    return tmp_path / "journals"
