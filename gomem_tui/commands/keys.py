"""`gomem keys`: the actions of the explorer by id, with the keys that hold."""

import argparse
import os
from typing import TYPE_CHECKING

from gomem_core.cli.output import BAD_INPUT, OK, emit, emit_json, say
from gomem_tui.settings.config import Config, ConfigError, user_config
from gomem_tui.settings.keynames import shown

if TYPE_CHECKING:
    from gomem_core.schema import settings as schema


def execute(args: argparse.Namespace) -> int:
    """Print the table; a star marks what is not as by default."""
    try:
        config = Config() if args.no_config else user_config(os.environ)
    except ConfigError as e:
        say(str(e))
        return BAD_INPUT
    keys, changed = config.keyboard.keys, config.keyboard.changed()
    if args.json:
        for key in keys:
            default = [shown(name) for name in changed.get(key.id, key.keys)]
            names = [shown(name) for name in key.keys]
            data: schema.Key = {"id": key.id, "keys": names, "help": key.help, "rebound": key.id in changed, "default": default}
            emit_json(data)
        return OK
    rows = [(key.id, " ".join(map(shown, key.keys)) or "none", key) for key in keys]
    widths = max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
    for name, text, key in rows:
        emit(f"{'*' if name in changed else ' '} {name:<{widths[0]}}  {text:<{widths[1]}}  {key.help}")
    for name, before in changed.items():
        say(f"* {name}: by default {' '.join(map(shown, before))} ({config.key_sources.get(name) or _taken(config, before)})")
    return OK


def _taken(config: Config, before: tuple[str, ...]) -> str:
    """Why an action that nobody gave other keys has lost some."""
    takers = {name: set(keys) & set(before) for name, keys in config.keyboard.own.items()}
    return "; ".join(f"{' '.join(map(shown, sorted(keys)))} went to {name}" for name, keys in takers.items() if keys)
