"""What keeps a terminal from doing what foreign text says."""

from gomem_core.foreign import is_harmless
from gomem_tui.render.lines import Line, fit, plain
from gomem_tui.render.words import clean


def harmless(line: Line, width: int) -> Line:
    """The line without what a terminal could take for a command, wherever it comes from: no renderer need think of that."""
    if is_harmless(plain(line)):
        return line
    return fit(tuple((clean(text), token) for text, token in line), width)
