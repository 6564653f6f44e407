"""The configuration: a TOML file in the XDG directory, with the sections [explorer] and [keys].

Everything that is wrong in it is told at once, with file, line, and what was probably meant.
"""

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from gomem_core.files.places import config_directory
from gomem_core.foreign import brief, named, unread
from gomem_core.frozen import frozen
from gomem_core.lang.errors import printable
from gomem_core.named import NamedTuple
from gomem_core.suggest import did_you_mean, nearest
from gomem_tui.settings.keynames import KeyNameError, is_typed, read_key, shown
from gomem_tui.settings.keys import IDS, STANDARD, Keyboard
from gomem_tui.settings.settings import SETTINGS, Chosen, Value, choose

VARIABLE: Final = "GOMEM_CONFIG"
SECTIONS: Final = ("explorer", "keys")

_LARGEST: Final = 1 << 18  # bytes
_IN_PROMPT: Final = ("next_pane", "previous_pane")  # they hold while somebody types: what is typed cannot mean them
_TABS: Final = ("tab", "shift+tab")


class Problem(NamedTuple):
    """What is wrong, and where; line 0 means the file as a whole."""

    line: int
    message: str
    suggestion: str | None = None


class ConfigError(Exception):
    """A configuration that cannot be used."""

    def __init__(self, path: Path, problems: Iterable[Problem]) -> None:
        self.problems: Final = sorted(problems, key=lambda problem: problem.line)
        lines = []
        for line, message, near in self.problems:
            complaint = did_you_mean(message, near)
            lines.append(f"{named(path)}:{line}: {complaint}" if line else f"{brief(path)}: {complaint}")
        super().__init__("\n".join(lines))


@frozen
class Config:
    """What a file says; without one, nothing."""

    settings: Mapping[str, Chosen] = MappingProxyType({})
    keyboard: Keyboard = STANDARD
    key_sources: Mapping[str, str] = MappingProxyType({})  # of actions that have other keys: file and line


def config_path(environ: Mapping[str, str]) -> Path:
    """Returns the path of the configuration, whether it exists or not.  Raises OSError if there is no home directory."""
    told = environ.get(VARIABLE)
    if told:
        return Path(told)
    return config_directory() / "config.toml"


def user_config(environ: Mapping[str, str]) -> Config:
    """The user's: an empty one if there is no file, unless the environment names it.  Raises ConfigError."""
    try:
        path = config_path(environ)
    except OSError:  # no home directory: nothing is configured
        return Config()
    if not environ.get(VARIABLE) and not path.exists():
        return Config()
    return read_config(path)


class Effective(NamedTuple):
    """What holds, all things considered."""

    settings: Mapping[str, Chosen]
    config: Config


def effective(args: argparse.Namespace, environ: Mapping[str, str]) -> Effective:
    """What options, environment and configuration say together.  Raises ConfigError and SettingError."""
    config = Config() if args.no_config else user_config(environ)
    return Effective(choose(args, environ, config.settings), config)


def read_config(path: Path) -> Config:
    """The configuration in a file.  Raises ConfigError."""
    return parse_config(_text(path), path)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except (OSError, ValueError) as e:
        raise ConfigError(path, [Problem(0, unread(e))]) from e
    if len(data) > _LARGEST:
        raise ConfigError(path, [Problem(0, f"a configuration of more than {_LARGEST >> 10} KB is none")])
    try:
        return data.decode()
    except UnicodeDecodeError as e:
        raise ConfigError(path, [Problem(data.count(b"\n", 0, e.start) + 1, "this is not UTF-8")]) from e


def parse_config(text: str, path: Path) -> Config:
    """The configuration in the text of a file.  Raises ConfigError."""
    import tomllib  # noqa: PLC0415 -- 2 ms that one without a configuration need not spend

    from gomem_tui.settings.tomllines import first_too_deep, lines_of, place_of  # noqa: PLC0415 -- the same

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(path, [Problem(*place_of(e, text))]) from e
    except RecursionError as e:
        raise ConfigError(path, [Problem(first_too_deep(text), "this is nested too deeply")]) from e
    reader = _Reader(lines_of(text))
    reader.read(data)
    if reader.problems:
        raise ConfigError(path, reader.problems)
    settings = {name: Chosen(value, f"{named(path)}:{reader.line('explorer', name)}") for name, value in reader.settings.items()}
    return Config(settings, Keyboard(reader.keys), {name: f"{named(path)}:{reader.line('keys', name)}" for name in reader.keys})


class _Reader:
    """Goes through what is in a file, and notes what is wrong."""

    def __init__(self, lines: Mapping[tuple[str, ...], int]) -> None:
        self.problems: list[Problem] = []
        self.settings: dict[str, Value] = {}
        self.keys: dict[str, list[str]] = {}
        self._lines = lines
        self._by_name = {setting.name: setting for setting in SETTINGS}

    def line(self, *path: str) -> int:
        """The line on which this section or key stands, from 1; 0 if that is not known."""
        return self._lines.get(path, 0)

    def read(self, data: Mapping[str, Any]) -> None:
        """Take up what the file says, section by section; mistakes are in `problems`."""
        for name, section in data.items():
            if name not in SECTIONS:
                self._no_section(name)
            elif not isinstance(section, dict):
                self._note((name,), f"{name} is a section: write [{name}], and below it what belongs to it")
        for name, value in _table(data, "explorer").items():
            self._setting(name, value)
        for name, value in _table(data, "keys").items():
            self._action(name, value)
        self._check_keys()

    def _note(self, path: tuple[str, ...], message: str, suggestion: str | None = None) -> None:
        self.problems.append(Problem(self.line(*path), message, suggestion))

    def _no_section(self, name: str) -> None:
        home = "explorer" if name in self._by_name else "keys" if name in IDS else None
        if home is not None:
            self._note((name,), f"{name} belongs below [{home}]")
            return
        near = nearest(name, SECTIONS)
        sections = " and ".join(f"[{section}]" for section in SECTIONS)
        self._note((name,), f'there is no section "{printable(brief(name))}", but {sections}', f"[{near}]" if near else None)

    def _setting(self, name: str, value: object) -> None:
        setting, path = self._by_name.get(name), ("explorer", name)
        if setting is None:
            message = f'[explorer] has no setting "{printable(brief(name))}"'
            self._note(path, message, nearest(name, self._by_name))
        elif setting.fits(value):
            assert isinstance(value, bool | str)
            self.settings[name] = value
        else:
            near = nearest(value, setting.words) if isinstance(value, str) else None
            self._note(path, f"{name} is {setting.expected}, not {_told(value)}", f'"{near}"' if near else None)

    def _action(self, name: str, value: object) -> None:
        path = ("keys", name)
        if name not in IDS:
            self._note(path, f'no action is called "{printable(brief(name))}"; gomem keys lists them', nearest(name, IDS))
            return
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            self._note(path, f'the keys of {name} are a text like "space", or a list of such texts, not {_told(value)}')
            return
        self.keys[name] = []
        for text in texts:
            try:
                key = read_key(text)
            except KeyNameError as e:
                self._note(path, str(e), f'"{e.suggestion}"' if e.suggestion else None)
                continue
            if key in _TABS and name not in _IN_PROMPT:
                self._note(path, f"{shown(key)} cannot be a key of {name}: it completes words in the prompt")
            elif name in _IN_PROMPT and is_typed(key):
                self._note(path, f"{shown(key)} cannot be a key of {name}, which holds in the prompt, too: there it is typed")
            else:
                self.keys[name].append(key)

    def _check_keys(self) -> None:
        """Check that no key means two things, and that the actions which are always needed have a key."""
        owners: dict[str, str] = {}
        for name, keys in self.keys.items():
            for key in dict.fromkeys(keys):
                owner = owners.setdefault(key, name)
                if owner != name:
                    self._note(("keys", name), f"{shown(key)} is a key of {owner} already, in line {self.line('keys', owner)}")
        if self.problems:
            return
        for action in Keyboard(self.keys).keys:
            if action.id == "quit" and not action.keys:
                self._note(self._cause(action.id), "quit would have no key, and nobody could leave")
            elif action.id == "back" and all(map(is_typed, action.keys)):
                message = "back needs a key that is not typed, like esc, or nobody could leave the prompt"
                self._note(self._cause(action.id), message)

    def _cause(self, action: str) -> tuple[str, str]:
        """Returns where an action was left without a key: its own line, or the first that takes one of its keys."""
        lost = set(Keyboard(self.keys).changed()[action])
        return "keys", action if action in self.keys else next(name for name, keys in self.keys.items() if lost & set(keys))


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = data.get(name)
    return section if isinstance(section, dict) else {}


def _told(value: object) -> str:
    """A value as a message shows it."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{printable(value[:40])}"'
        case dict():
            return "a section"
        case list():
            return "a list"
        case _:
            return str(value)[:40]
