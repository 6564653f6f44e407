"""How hard hypothesis looks: quickly and always the same by default; `thorough` (HYPOTHESIS_PROFILE=thorough) draws anew."""

import os
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]

# The same examples at each run: a commit is green or red for a reason of its own, and a mutant that was killed once always is.
settings.register_profile("quick", max_examples=8, deadline=None, derandomize=True, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile("thorough", max_examples=200, deadline=None, suppress_health_check=_SLOW_IS_FINE, print_blob=True)
settings.register_profile("unshrunk", settings.get_profile("quick"), phases=[Phase.explicit, Phase.generate])  # for mutants.py
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# Tests start hundreds of interpreters.  Where no bytecode may be written beside the sources, it goes elsewhere for as long as
# they run: else each of them would compile gomem anew, a quarter of what such tests cost.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    _bytecode = tempfile.TemporaryDirectory(prefix="gomem-tests-")
    os.environ["PYTHONPYCACHEPREFIX"] = _bytecode.name


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory for each test, which does not exist yet: making thousands of them costs more than most tests."""
    return (Path(tmp_path_factory.getbasetemp(), "homes", str(n)) for n in count())


@pytest.fixture(autouse=True)
def own_home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes what belongs to the user who runs it."""
    home = next(homes)
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
