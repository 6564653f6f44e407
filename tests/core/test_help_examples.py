"""Every example that help shows works as it stands, from an empty heap."""

import pytest

from gomem_core.lang import BY_WORD, REGISTRY
from gomem_core.session import Session

EXAMPLES = [(spec.name, example) for spec in REGISTRY for example in spec.examples]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[example.replace("\n", " / ") for _, example in EXAMPLES])
def test_it_runs(name: str, example: str) -> None:
    session = Session()
    for line in example.splitlines():
        outcome = session.submit(line)
        assert outcome.ok, (line, outcome.error)
    assert outcome.result is not None
    assert outcome.result.lines(), "it answers"
    assert BY_WORD[example.splitlines()[-1].split()[0]].name == name, "its last line is the command it explains"


def test_every_command_has_one() -> None:
    assert {name for name, _ in EXAMPLES} == {spec.name for spec in REGISTRY}
