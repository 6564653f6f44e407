"""Objects of size 0 share one address, take no memory, and can still be linked to, dropped and reached."""

from gomem_core.session.session import Session


def done(session: Session, *lines: str) -> None:
    for line in lines:
        outcome = session.submit(line)
        assert outcome.ok, (line, outcome.error)


def test_a_dropped_one_can_be_linked_to_while_a_link_leads_to_it() -> None:
    session = Session()
    done(session, "alloc 16 scan as x", "alloc 0 as nothing", "link x.0 nothing", "drop nothing", "link x.1 nothing")
    done(session, "unlink x.0", "unlink x.1")
    refused = session.submit("link x.1 nothing")
    assert refused.error is not None
    assert "nothing live links to it" in refused.error.message


def test_by_address_the_last_living_one_is_meant() -> None:
    session = Session()
    done(session, "alloc 0", "alloc 0", "drop o2", "drop 0x59d5f0")
    assert session.objects.alive == 0
    assert not session.submit("drop 0x59d5f0").ok
