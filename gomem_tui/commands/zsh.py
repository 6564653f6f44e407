"""The completion script for zsh."""

from typing import Final

from gomem_tui.commands.words import Command, Option, Value

_HEAD: Final = """\
#compdef gomem
# Completes the command lines of gomem in zsh:  eval "$(gomem completions zsh)"  after compinit, or as a file _gomem in $fpath

_gomem_journals() {
    local -a ids
    ids=(${XDG_STATE_HOME:-$HOME/.local/state}/gomem/journals/*.journal(N:t:r))
    _describe journal ids
}

_gomem_sessions() { _files -g '*.gomem' }

_gomem_first() {
    local -a commands
    commands=("""

_TAIL: Final = """\
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _gomem "$@"
else
    compdef _gomem gomem
fi"""


def zsh_script(commands: list[Command]) -> str:
    """The script."""
    explorer, *others = commands
    lines = [
        _HEAD,
        *(f"        {_quoted(f'{command.name}:{command.summary}')}" for command in others),
        "    )",
        "    _describe command commands",
        "    _gomem_sessions",
        "}",
        "",
        "_gomem() {",
        "    if ((CURRENT > 2)); then",
        "        case $words[2] in",
        *(f"            {command.name}) shift words; ((CURRENT--)); {_arguments(command)}; return ;;" for command in others),
        "        esac",
        "    fi",
        f"    {_arguments(explorer)}",
        _TAIL,
    ]
    return "\n".join(lines)


def _arguments(command: Command) -> str:
    specs = [spec for option in command.options for spec in _option(option)]
    for number, value in enumerate(command.values, 1):
        place = "*" if command.repeats and number == len(command.values) else number
        specs.append(f"{place}:{_plain(value.name)}:{_offer(value) if command.name else '_gomem_first'}")
    return " ".join(["_arguments -s -S :", *map(_quoted, specs)])


def _option(option: Option) -> list[str]:
    """One specification for each of its names."""
    behind = ""
    if option.value is not None:
        behind = f"{'::' if option.value.optional else ':'}{_plain(option.value.name)}:{_offer(option.value)}"
    alone = "" if option.repeats else f"({' '.join(option.names)})"
    repeated = "*" if option.repeats else ""
    return [
        f"{alone}{repeated}{name}{'=' if behind and name.startswith('--') else ''}[{_plain(option.help)}]{behind}"
        for name in option.names
    ]


def _offer(value: Value) -> str:
    match value.kind:
        case "words":
            return f"({' '.join(value.words)})"
        case "text":
            return " "
        case "files":
            return "_files"
        case kind:
            return f"_gomem_{kind}"


def _plain(text: str) -> str:
    """Returns the text without the characters that `_arguments` interprets."""
    for char in "\\[]:":
        text = text.replace(char, f"\\{char}")
    return text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
