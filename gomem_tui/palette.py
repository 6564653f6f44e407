"""The command palette: every action of the key table, found by a part of its name, with its key beside it."""

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from gomem_tui.keys import KEYS, Key, shown


def _text(key: Key) -> str:
    return f"{key.help}  ({' '.join(shown(k) for k in key.keys)})"


class KeyProvider(Provider):
    """Offers the actions."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for key in KEYS:
            yield DiscoveryHit(_text(key), partial(self.app.run_action, key.action))

    async def search(self, query: str) -> Hits:
        """Those that match."""
        matcher = self.matcher(query)
        for key in KEYS:
            score = matcher.match(_text(key))
            if score > 0:
                yield Hit(score, matcher.highlight(_text(key)), partial(self.app.run_action, key.action))
