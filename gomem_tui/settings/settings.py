"""What can be set, declared once: in [explorer] of the configuration, by an environment variable, by an option.

An option overrides the environment, which overrides the configuration, which overrides the default.  Cheap to import.
"""

import argparse
from collections.abc import Callable, Mapping
from typing import Final

from gomem_core.cli.args import declare_place
from gomem_core.foreign import brief
from gomem_core.frozen import frozen
from gomem_core.go.release import ALWAYS, modelled
from gomem_core.go.versions import profile_named
from gomem_core.suggest import did_you_mean, nearest
from gomem_tui.settings.look import THEMES, Theme

Value = bool | str

AUTO: Final = "auto"  # gomem finds out by itself
_YES: Final = ("1", "yes", "true", "on")
_NO: Final = ("0", "no", "false", "off")


@frozen
class Setting:
    """One thing that can be set: yes or no, or one of some words."""

    name: str
    default: Value
    help: str
    words: tuple[str, ...] = ()
    is_flag: bool = True  # true and false are possible
    spelt: Callable[[str], str] = str  # turns other ways to write a word into the one that is among them

    @property
    def variable(self) -> str:
        """The environment variable's name."""
        return f"GOMEM_{self.name.upper()}"

    @property
    def option(self) -> str:
        """The option on the command line; what can be true has --no-… too."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def expected(self) -> str:
        """What it can be, as a configuration has it."""
        *others, last = [*(["true", "false"] if self.is_flag else []), *(f'"{word}"' for word in self.words)]
        return f"{', '.join(others)} or {last}" if others else last

    def fits(self, value: object) -> bool:
        """Whether it can be set to this."""
        return self.is_flag if isinstance(value, bool) else value in self.words

    def read(self, text: str) -> Value | None:
        """The value that a word in the environment or after an option means; None if it means nothing."""
        word = self.spelt(text.strip().lower())
        if self.is_flag and word in _YES + _NO:
            return word in _YES
        return word if word in self.words else None


THEME: Final = Setting(
    "theme",
    AUTO,
    f"colours: {', '.join(THEMES)}, or auto: dark or light if the background is known, else neutral",
    (AUTO, *THEMES),
    is_flag=False,
)
ASCII: Final = Setting("ascii", AUTO, "draw with ASCII characters alone; without this, the locale decides", (AUTO,))


def _version(word: str) -> str:
    """The version that go1.27 or 1.27.3 means."""
    profile = profile_named(f"go{word.removeprefix('go')}")
    return word if profile is None else profile.name.removeprefix("go")


GO: Final = Setting(
    "go",
    ALWAYS.version,
    "the version of Go of a session, whatever its file says; --go list tells which there are",
    tuple(profile.name.removeprefix("go") for profile in modelled()),
    is_flag=False,
    spelt=_version,
)
SETTINGS: Final = (
    THEME,
    ASCII,
    Setting("mouse", True, "use the mouse, or leave it to the terminal"),
    Setting("journal", True, "keep a journal of the session; without it the session is lost when gomem is killed"),
    Setting(
        "present",
        False,
        "for an audience: page-down and page-up step, the next step and the keys pressed are shown, Why is larger",
    ),
    Setting("read_only", False, "step through the session without changing anything"),
    GO,
)


@frozen
class Chosen:
    """The value of a setting, and where it came from."""

    value: Value
    source: str = "default"


class SettingError(Exception):
    """An option or a variable has a value that the setting cannot take."""


def declare_settings(parser: argparse._ActionsContainer, sessions: bool = True) -> None:
    """Options for all of them; `sessions`: also for those that are about sessions alone."""
    declare_no_config(parser)
    for setting in SETTINGS:
        if sessions or setting is not GO:
            _declare(parser, setting, setting.help)
    if sessions:
        declare_place(parser)


def declare_picture(parser: argparse._ActionsContainer) -> None:
    """Options for how a picture looks: no terminal is there to decide."""
    _declare(parser, THEME, f"colours: {', '.join(THEMES)}; dark unless given")
    _declare(parser, ASCII, "draw with ASCII characters alone")


def _declare(parser: argparse._ActionsContainer, setting: Setting, help: str) -> None:  # noqa: A002 -- argparse's own name for it
    told = f"{help} ({setting.variable})"
    if setting.is_flag:
        parser.add_argument(setting.option, action=argparse.BooleanOptionalAction, help=told)
    else:
        parser.add_argument(setting.option, metavar=setting.name.upper(), help=told)


def declare_no_config(parser: argparse._ActionsContainer) -> None:
    """The option that leaves out the configuration."""
    parser.add_argument("--no-config", action="store_true", help="read no configuration")


def choose(args: argparse.Namespace, environ: Mapping[str, str], configured: Mapping[str, Chosen]) -> dict[str, Chosen]:
    """All settings, by name.  Raises SettingError; an empty variable says nothing."""
    return {
        setting.name: _chosen(setting, args, environ) or configured.get(setting.name) or Chosen(setting.default)
        for setting in SETTINGS
    }


def choose_picture(args: argparse.Namespace, environ: Mapping[str, str]) -> tuple[Theme, bool]:
    """The theme of a picture, and whether it is in ASCII: by option or variable, else dark and not.  Raises SettingError."""
    theme, drawn = _chosen(THEME, args, environ), _chosen(ASCII, args, environ)
    return THEMES.get(str(theme.value) if theme else "", "dark"), drawn is not None and drawn.value is True


def _chosen(setting: Setting, args: argparse.Namespace, environ: Mapping[str, str]) -> Chosen | None:
    asked: bool | str | None = getattr(args, setting.name, None)
    if isinstance(asked, bool):
        return Chosen(asked, f"option {setting.option if asked else f'--no-{setting.option[2:]}'}")
    if asked is not None:
        return Chosen(_read(setting, asked, setting.option), f"option {setting.option}")
    told = environ.get(setting.variable)
    return Chosen(_read(setting, told, setting.variable), f"environment, {setting.variable}") if told else None


def _read(setting: Setting, text: str, source: str) -> Value:
    value = setting.read(text)
    if value is None:
        from gomem_core.lang.errors import printable  # noqa: PLC0415 -- only a mistake needs the language

        words = ", ".join([*(("1", "0") if setting.is_flag else ()), *setting.words])
        raise SettingError(did_you_mean(f'{source}: "{printable(brief(text))}" is none of {words}', nearest(text, setting.words)))
    return value
