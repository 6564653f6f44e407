"""Keys for visitors, made once."""

from pathlib import Path

import pytest

from tests.serve.clients import make_key, need_ssh


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two keys that get in, and one that does not."""
    need_ssh()
    folder = tmp_path_factory.mktemp("keys")
    return {name: make_key(folder, name) for name in ("ada", "bob", "eve")}
