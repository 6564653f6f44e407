"""The built-in script."""

from pathlib import Path

from gomem_core.files.script import Script, load_script


def demo_script() -> Script:
    """A tour in some dozens of steps."""
    script = load_script(Path(__file__).with_name("demo.gomem"))
    script.name = "demo"
    return script
