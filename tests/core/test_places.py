"""Where the user's files are, and that nothing fails where there is no place for them."""

import pwd
import tracemalloc
from pathlib import Path

import pytest

from gomem_core.files.places import config_directory, state_directory
from gomem_core.lessons.walked import note_walked, walked
from gomem_tui.explorer.history import add_to_history, read_history
from gomem_tui.settings.config import Config, user_config


@pytest.fixture
def homeless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where gomem is started by a user whom the system does not know; nothing may be written there."""

    def unknown(number: int) -> pwd.struct_passwd:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for variable in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_xdg_says_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    assert state_directory() == tmp_path / "s" / "gomem"
    assert config_directory() == tmp_path / "c" / "gomem"


@pytest.mark.usefixtures("homeless")
def test_without_a_home_it_is_told_which_variable_would_help() -> None:
    with pytest.raises(OSError, match="there is no home directory, and XDG_STATE_HOME names no other"):
        state_directory()
    with pytest.raises(OSError, match="there is no home directory, and XDG_CONFIG_HOME names no other"):
        config_directory()


def test_without_a_home_nothing_is_kept_and_nothing_fails(homeless: Path) -> None:
    assert read_history() == []
    assert add_to_history("gc") == "the history is not kept: there is no home directory, and XDG_STATE_HOME names no other"
    note_walked("arena")
    assert walked() == frozenset()
    assert user_config({}) == Config()
    assert list(homeless.iterdir()) == []


def test_of_a_history_of_any_length_the_last_lines_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    add_to_history("alloc 48")
    with (tmp_path / "gomem" / "history").open("ab") as file:
        file.truncate(600 << 20)  # a hole, which takes no room on the disk
    add_to_history("")
    add_to_history("gc")
    tracemalloc.start()
    try:
        assert read_history()[-1] == "gc"
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()
