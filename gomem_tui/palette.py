"""The command palette: every action of the key table, found by a part of its name, with its key beside it."""

from functools import partial
from typing import cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from gomem_tui.keynames import shown
from gomem_tui.keys import Key
from gomem_tui.travel import Traveller


def _text(key: Key) -> str:
    return f"{key.help}  ({' '.join(map(shown, key.keys))})" if key.keys else key.help


class KeyProvider(Provider):
    """Offers the actions."""

    def _keys(self) -> tuple[Key, ...]:
        return cast("Traveller", self.app).keyboard.keys

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for key in self._keys():
            yield DiscoveryHit(_text(key), partial(self.app.run_action, key.action))

    async def search(self, query: str) -> Hits:
        """Those that match."""
        matcher = self.matcher(query)
        for key in self._keys():
            score = matcher.match(_text(key))
            if score > 0:
                yield Hit(score, matcher.highlight(_text(key)), partial(self.app.run_action, key.action))
