"""A follower's view beside an explorer, in one process: told over the explorer's socket, and drawn without a terminal."""

import socket
from dataclasses import replace

from gomem_core.session.console import Console
from gomem_core.session.echo import begin, echo, thinned
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.audience import Audience
from gomem_tui.render.lines import Line
from gomem_tui.serve.lines import Lines, Record, decoded
from gomem_tui.serve.view import View
from gomem_tui.settings.options import Options

Shown = dict[str, tuple[tuple[int, ...], list[Line]]]
"""Panes that are seen, by their ids: column, row, width and height, and their lines."""


class Beside:
    """`app` presents; `view` follows, in a terminal of this size."""

    def __init__(self, desk: Console, size: tuple[int, int], options: Options | None = None) -> None:
        self.stream, self._theirs = socket.socketpair()
        self.stream.setblocking(False)
        self.app = Explorer(desk, replace(options or Options(), audience=self._theirs.fileno()))
        self.size = size
        self.told: list[Record] = []
        self._lines = Lines()
        self._view: View | None = None

    @property
    def view(self) -> View:
        """What follows; it is there once something was told."""
        assert self._view is not None
        return self._view

    @property
    def audience(self) -> Audience:
        """What tells it."""
        assert self.app.audience is not None
        return self.app.audience

    def catch_up(self) -> list[Record]:
        """Do what was told since this was called last; returns that."""
        self.audience.tell()
        records = self._receive()
        while self.audience._waiting:  # a look at a process is more than a socket holds
            self.audience.tell()
            records += self._receive()
        entries = []
        for record in records:
            match record["r"]:
                case "load":
                    self._view = View(begin(tuple(record["values"])), self.size)
                case "journal":
                    entries.append(tuple(record["values"]))
                case "look":
                    for entry in thinned(entries):
                        echo(self.view.model.console, entry)
                    entries = []
                    self.view.show(record)
        assert not entries, "a look comes behind what happened"
        return records

    def _receive(self) -> list[Record]:
        lines: list[bytes] = []
        while True:
            try:
                lines += self._lines.feed(self.stream.recv(1 << 20))
            except BlockingIOError:
                return [decoded(line) for line in lines]

    def presented(self) -> Shown:
        """Returns the panes of the explorer."""
        shown = [w for w in (*self.app.widgets.heap_panes, self.app.widgets.why) if w.display and w.parent.display]  # type: ignore[union-attr]
        return {widget.pane.id: (tuple(widget.region), list(widget._lines)) for widget in shown}

    def followed(self) -> Shown:
        """Returns those of the follower."""
        there = [place for place in self.view._places.values() if place.has_room]
        return {one.pane.id: (tuple(one.place), self.view._drawn(one.pane, *one.room)) for one in there}
