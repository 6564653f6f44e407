"""The completion script for bash, 3.2 and later."""

from typing import Final

from gomem_tui.commands.words import Command, Value

_HEAD: Final = """\
# Completes the command lines of gomem in bash:  eval "$(gomem completions bash)"

_gomem_journals() {
    local file
    for file in "${XDG_STATE_HOME:-$HOME/.local/state}"/gomem/journals/*.journal; do
        file=${file##*/}
        [[ $file == '*.journal' ]] || printf '%s\\n' "${file%.journal}"
    done
}

_gomem_reply() {
    local line
    while IFS= read -r line; do [[ -z $line ]] || COMPREPLY+=("$line"); done <<< "$1"
}

_gomem_files() {
    compopt -o filenames 2>/dev/null
    _gomem_reply "$(compgen -f -- "$cur")"
}

# Session files and directories; where there are no session files, all files.
_gomem_sessions() {
    local found
    found=$(compgen -f -X '!*.gomem' -- "$cur")
    [[ -n $found ]] || { _gomem_files; return; }
    compopt -o filenames 2>/dev/null
    _gomem_reply "$found"
    _gomem_reply "$(compgen -d -- "$cur")"
}

_gomem() {
    local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command='' place=0 word previous=''
    COMPREPLY=()
    if [[ $cur == = ]]; then cur=''  # --theme=dark is three words here
    elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}
    fi"""


def bash_script(commands: list[Command]) -> str:
    """The script."""
    names = [command.name for command in commands if command.name]
    needing = [
        f"{command.name}:{name}"
        for command in commands
        for option in command.taking
        for name in option.names
        if option.value is not None and not option.value.optional
    ]
    lines = [
        _HEAD,
        "    if ((COMP_CWORD > 1)); then",
        f"        case ${{COMP_WORDS[1]}} in {'|'.join(names)}) command=${{COMP_WORDS[1]}} place=-1 ;; esac",
        "    fi",
        '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
        "        case $command:$previous in",
        f"            {'|'.join(['*:=', *needing])}) ;;  # the value of an option",
        "            *) [[ $word == [-=]* ]] || ((place += 1)) ;;",
        "        esac",
        "        previous=$word",
        "    done",
        "    case $command:$before in",
        *(
            f"        {'|'.join(f'{command.name}:{name}' for name in option.names)}) {_offer(option.value)}; return ;;"
            for command in commands
            for option in command.taking
            if option.value is not None and not option.value.optional
        ),
        *(
            f"        {'|'.join(f'{command.name}:{name}' for name in option.names)}) [[ $cur == -* ]] || "
            f"{{ {_offer(option.value)}; [[ -n $COMPREPLY ]] && return; }} ;;"
            for command in commands
            for option in command.taking
            if option.value is not None and option.value.optional
        ),
        "    esac",
        "    if [[ $cur == -* ]]; then",
        "        case $command in",
        *(f"            '{command.name}') {_offer(Value('words', _option_words(command)))} ;;" for command in commands),
        "        esac",
        "        return",
        "    fi",
        "    case $command:$place in",
        *(line for command in commands for line in _places(command)),
        "    esac",
        f'    if [[ $COMP_CWORD == 1 ]]; then _gomem_reply "$(compgen -W {_quoted(" ".join(names))} -- "$cur")"; fi',
        "}",
        "",
        "complete -F _gomem gomem",
    ]
    return "\n".join(lines)


def _places(command: Command) -> list[str]:
    """What stands in the command's first place, in its second, and so on."""
    last = len(command.values) - 1
    return [
        f"        '{command.name}':{'*' if command.repeats and number == last else number}) {_offer(value)} ;;"
        for number, value in enumerate(command.values)
    ]


def _option_words(command: Command) -> tuple[str, ...]:
    return tuple(name for option in command.options for name in option.names)


def _offer(value: Value) -> str:
    match value.kind:
        case "words":
            return f'_gomem_reply "$(compgen -W {_quoted(" ".join(value.words))} -- "$cur")"'
        case "journals":
            return '_gomem_reply "$(compgen -W "$(_gomem_journals)" -- "$cur")"'
        case "text":
            return ":"
        case kind:
            return f"_gomem_{kind}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
