"""Where the user's files are, by the rules of XDG: those that outlive a run, and the configuration."""

import errno
from collections.abc import Callable
from pathlib import Path

# platformdirs is imported where it is needed: 15 ms that not every command line need spend.


def state_directory() -> Path:
    """Where journals, the prompt's history and the like are.  Raises OSError if that is not known."""
    from platformdirs import user_state_path  # noqa: PLC0415

    return _known(user_state_path, "XDG_STATE_HOME")


def cache_directory() -> Path:
    """Where what can be made anew is kept.  Raises OSError if that is not known."""
    from platformdirs import user_cache_path  # noqa: PLC0415

    return _known(user_cache_path, "XDG_CACHE_HOME")


def config_directory() -> Path:
    """Where the configuration is, or would be.  Raises OSError if that is not known."""
    from platformdirs import user_config_path  # noqa: PLC0415

    return _known(user_config_path, "XDG_CONFIG_HOME")


def _known(ask: Callable[[str], Path], variable: str) -> Path:
    try:
        path = ask("gomem")
        known = path.is_absolute()  # older ones of platformdirs mean a directory called "~" where gomem is started
    except RuntimeError:
        known = False
    if not known:
        raise OSError(errno.ENOENT, f"there is no home directory, and {variable} names no other", "~")
    return path
