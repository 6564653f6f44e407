"""What a file that is opened turns out to hold, which its content says and not its name."""

from pathlib import Path

from gomem_core.files.content import read_content
from gomem_core.files.script import Script, ScriptError, read_script, text_of
from gomem_core.files.stillfile import FieldError, is_still, read_strip
from gomem_core.foreign import named
from gomem_core.world.strip import Strip


def open_file(path: Path) -> Script | Strip:
    """Stills, or a session file.  Raises ScriptError, whatever is wrong with it."""
    data = read_content(path)
    if not is_still(data):
        return read_script(path.name, text_of(named(path), data), str(path))
    try:
        return Strip(read_strip(data))
    except FieldError as e:
        raise ScriptError(f"{named(path)}: not a still that gomem can read: {e}") from e
