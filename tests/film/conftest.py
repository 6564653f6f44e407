"""What all tests of films share."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def _close_files() -> Iterator[None]:
    """Films have many files, which are closed when they are collected; tests after these may need low numbers of files."""
    yield
    gc.collect()
