"""A line to the server that can be cut at the worst moment: before a COMMIT arrives, or after it was obeyed."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Line:
    """Passes bytes on. `cut` is empty, `before` or `after`: what happens at the next COMMIT, once. A `down` line takes
    no calls."""

    folder: Path
    server: str
    cut: str = ""
    down: bool = False
    down_after_cut: bool = False
    cuts: int = 0
    _listening: socket.socket = field(init=False)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self.folder / ".s.PGSQL.5432"))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if self.down:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.server)
            call = Call(self, client, server)
            threading.Thread(target=call.to_server, daemon=True).start()
            threading.Thread(target=call.to_client, daemon=True).start()


@dataclass
class Call:
    line: Line
    client: socket.socket
    server: socket.socket
    deaf: bool = False

    def to_server(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.client.recv(65536):
                if b"; COMMIT" in data and self.line.cut:
                    self._cut(data)
                    return
                self.server.sendall(data)
        self._hang_up()

    def _cut(self, data: bytes) -> None:
        how, self.line.cut = self.line.cut, ""
        self.line.cuts += 1
        self.line.down = self.line.down_after_cut
        if how == "after":
            self.deaf = True  # the answer stays here
            self.server.sendall(data)
            self.answered.wait(30)
        self._hang_up()

    def to_client(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.server.recv(65536):
                if self.deaf:
                    self.answered.set()
                else:
                    self.client.sendall(data)
        self._hang_up()

    def _hang_up(self) -> None:
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def __post_init__(self) -> None:
        self.answered = threading.Event()


@contextlib.contextmanager
def line_to(server: str, folder: Path) -> Iterator[Line]:
    line = Line(folder, server)
    line.start()
    yield line
    line.stop()
