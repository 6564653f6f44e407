"""The completion script for fish."""

from typing import Final

from gomem_tui.commands.words import Command, Option, Value

_HEAD: Final = """\
# Completes the command lines of gomem in fish:  gomem completions fish > ~/.config/fish/completions/gomem.fish

function __gomem_journals
    set -l state $XDG_STATE_HOME
    test -n "$state"; or set state ~/.local/state
    for file in $state/gomem/journals/*.journal
        string replace -r '.*/(.*)\\.journal$' '$1' -- $file
    end
end

# Whether the command line is that of a subcommand.
function __gomem_is
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test "$words[2]" = $argv[1]
end

# Whether one of these words stands before what is to be completed.
function __gomem_behind
    set -l words (commandline -opc)
    contains -- "$words[-1]" $argv
end

# Whether the place with this number, from 0, is to be completed.
function __gomem_place
    set -l words (commandline -opc)
    set -l places (string match -v -- '-*' $words[3..-1])
    test (count $places) -eq $argv[1]
end
"""


def fish_script(commands: list[Command]) -> str:
    """The script."""
    explorer, *others = commands
    first = "test (count (commandline -opc)) -eq 1"
    names = " ".join(command.name for command in others)
    lines = [
        _HEAD,
        "# Whether no subcommand is there.",
        "function __gomem_explores",
        "    set -l words (commandline -opc)",
        f'    test (count $words) -lt 2; or not contains -- "$words[2]" {names}',
        "end",
        "",
        "complete -c gomem -f",
        *(f"complete -c gomem -n {_quoted(first)} -a {command.name} -d {_quoted(command.summary)}" for command in others),
        f"complete -c gomem -n __gomem_explores -k -a {_quoted(_offer(explorer.values[0]))}",
        *(line for option in explorer.options for line in _option("__gomem_explores", option)),
        *(line for command in others for line in _subcommand(command)),
    ]
    return "\n".join(lines)


def _subcommand(command: Command) -> list[str]:
    here = f"__gomem_is {command.name}"
    lines = [line for option in command.options for line in _option(here, option)]
    for number, value in enumerate(command.values):
        if value.kind != "text":
            there = here if command.repeats else f"{here}; and __gomem_place {number}"
            lines.append(f"complete -c gomem -n {_quoted(there)} -k -a {_quoted(_offer(value))}")
    return lines


def _option(here: str, option: Option) -> list[str]:
    names = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names]
    value = ""
    if option.value is not None:
        offered = f" -a {_quoted(_offer(option.value))}" if option.value.kind != "text" else ""
        value = offered if option.value.optional else f" -x{offered}"
    lines = [f"complete -c gomem -n {_quoted(here)} {' '.join(names)}{value} -d {_quoted(option.help)}"]
    if option.value is not None and option.value.optional:  # fish takes it for a place of the command, unless = joins it
        behind = f"{here}; and __gomem_behind {' '.join(option.names)}"
        lines.append(f"complete -c gomem -n {_quoted(behind)} -k -a {_quoted(_offer(option.value))}")
    return lines


def _offer(value: Value) -> str:
    match value.kind:
        case "words":
            return " ".join(value.words)
        case "journals":
            return "(__gomem_journals)"
        case "sessions":
            return "(__fish_complete_suffix .gomem)"
        case _:
            return "(__fish_complete_path)"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
