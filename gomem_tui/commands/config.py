"""`gomem config`: where the configuration is, what holds, and whether the file can be used."""

import argparse
import json
import os
from pathlib import Path

from gomem_core.cli.output import BAD_INPUT, OK, BadInput, UsageError, emit, emit_json, say
from gomem_core.foreign import named
from gomem_core.lang.errors import printable
from gomem_core.named import NamedTuple
from gomem_core.report import counted, format_bytes
from gomem_tui.settings.config import VARIABLE, ConfigError, config_path, effective, read_config
from gomem_tui.settings.keynames import shown
from gomem_tui.settings.settings import SETTINGS, SettingError, Value


class _Told(NamedTuple):
    """What holds, and who said so."""

    name: str
    value: Value | list[str]
    source: str


def execute(args: argparse.Namespace) -> int:
    """Do one of the four."""
    asked = [setting.option for setting in SETTINGS if getattr(args, setting.name) is not None] + ["--no-config"] * args.no_config
    asked += ["--json"] * args.json
    if args.what != "show" and asked:
        raise UsageError(f"{asked[0]} is for gomem config show")
    if args.what != "check" and args.file is not None:
        raise UsageError("a FILE is for gomem config check")
    if args.clear and args.what != "cache":
        raise UsageError("--clear is for gomem config cache")
    if args.what == "cache":
        return _cache(args.clear)
    try:
        if args.what == "path":
            emit(str(_path()))
        elif args.what == "show":
            _show(args)
        else:
            _check(_path() if args.file is None else Path(args.file), args.file is not None or bool(os.environ.get(VARIABLE)))
    except SettingError as e:
        raise UsageError(str(e)) from e
    except ConfigError as e:
        say(str(e))
        return BAD_INPUT
    return OK


def _cache(clear: bool) -> int:
    """Tell of the films that are kept, or throw them away."""
    from gomem_core.session.opened import film_shelf  # noqa: PLC0415 -- the others need none of it

    shelf = film_shelf()
    if shelf is None:
        raise BadInput("there is no place for a cache: no home directory is known, and XDG_CACHE_HOME names no other")
    told = f"{format_bytes(shelf.clear())} thrown away" if clear else format_bytes(shelf.nbytes)
    emit(f"{named(shelf.folder)}: {told}")
    return OK


def _path() -> Path:
    try:
        return config_path(os.environ)
    except OSError as e:
        raise BadInput(f"there is no place for the configuration: {e.strerror}") from e


def _show(args: argparse.Namespace) -> None:
    """Show all settings as a configuration file would have them, each followed by its source."""
    settings, config = effective(args, os.environ)
    changed = config.keyboard.changed()
    sections: dict[str, list[_Told]] = {
        "explorer": [_Told(name, chosen.value, chosen.source) for name, chosen in settings.items()],
        "keys": [
            _Told(
                key.id,
                [shown(name) for name in key.keys],
                config.key_sources.get(key.id)
                or ("default, but for keys that went to others" if key.id in changed else "default"),
            )
            for key in config.keyboard.keys
        ],
    }
    if args.json:
        for section, told in sections.items():
            for one in told:
                emit_json({"section": section, **one._asdict()})
    else:
        emit("\n\n".join(_section(name, told) for name, told in sections.items()))


def _section(name: str, told: list[_Told]) -> str:
    lines = [(f"{one.name} = {_toml(one.value)}", one.source) for one in told]
    width = max(len(text) for text, _ in lines)
    return "\n".join([f"[{name}]", *(f"{text:<{width}}  # {printable(source)}" for text, source in lines)])


def _toml(value: Value | list[str]) -> str:
    """The value in TOML: for these kinds of values the same as JSON."""
    return json.dumps(value, ensure_ascii=False)


def _check(path: Path, by_name: bool) -> None:
    """Tell that the file is fine.  Raises ConfigError."""
    if not by_name and not path.exists():
        emit(f"{named(path)}: there is no such file, so the defaults hold")
        return
    config = read_config(path)
    own = len(config.keyboard.own)
    emit(f"{named(path)}: fine; it sets {counted(len(config.settings), 'setting')} and the keys of {counted(own, 'action')}")
    for name, before in config.keyboard.changed().items():
        if name not in config.keyboard.own:
            now = " ".join(config.keyboard.names(name)) or "none"
            say(f"{named(path)}: {name} had {' '.join(map(shown, before))} and has {now}, since others took the rest")
