"""What is printed of the explorer: its settings, its keys, the lessons."""

from typing import Literal, TypedDict


class Setting(TypedDict):
    """`gomem config show`: a setting, or the keys of an action, and who says so."""

    section: Literal["explorer", "keys"]
    name: str
    value: str | bool | list[str]
    source: str


class Key(TypedDict):
    """`gomem keys`: an action."""

    id: str
    keys: list[str]
    help: str
    rebound: bool
    default: list[str]


class Lesson(TypedDict):
    """`gomem learn --json`: a lesson."""

    number: int
    name: str
    title: str
    steps: int
    opening: str
    walked: bool
