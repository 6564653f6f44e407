"""The command language: it parses and describes, and executes nothing.

`commands` says what a line can mean and `registry` is the one table of commands, which `parser`,
`completion` and `helptext` read.
"""

from gomem_core.lang.commands import Command
from gomem_core.lang.completion import Completion, complete
from gomem_core.lang.errors import ParseError, WordError
from gomem_core.lang.formatting import format_command
from gomem_core.lang.grammar import CommandSpec, Names
from gomem_core.lang.helptext import help_text
from gomem_core.lang.numbers import format_size, parse_size
from gomem_core.lang.parser import Typed, parse, read_line
from gomem_core.lang.registry import BY_WORD, REGISTRY
from gomem_core.lang.words import MAX_LINE

__all__ = [
    "BY_WORD",
    "MAX_LINE",
    "REGISTRY",
    "Command",
    "CommandSpec",
    "Completion",
    "Names",
    "ParseError",
    "Typed",
    "WordError",
    "complete",
    "format_command",
    "format_size",
    "help_text",
    "parse",
    "parse_size",
    "read_line",
]
