"""What a store can do, whichever database keeps it. The rest of the house knows nothing else of the store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from travello_desk.store.faults import Faults
from travello_desk.store.health import Health
from travello_desk.store.tx import Tx

T = TypeVar("T")
Watcher = Callable[[set[int]], None]


class Store(ABC):
    """All reads and writes of the program. `place` is where it lives, without a password."""

    place: str
    file: Path | None = None
    """The store's file, where it is one: a mark is kept beside it."""
    install: str

    def __init__(self, place: str, clock: Callable[[], float]) -> None:
        self.place = place
        self.clock = clock
        self.install = ""
        self._watchers: list[Watcher] = []
        self.faults = Faults()

    @abstractmethod
    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a durable transaction. Refusals and conflicts it raises come out unchanged, nothing stored.

        It may be run more than once, each time from nothing: it changes the transaction and nothing else.
        """

    @abstractmethod
    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` on a read-only snapshot in a thread; never blocked by the writer.

        When whoever waits is cancelled, the work stops in the middle of its statement, where the database can.
        """

    @abstractmethod
    def read_now(self, work: Callable[[Tx], T]) -> T:
        """The same in the calling thread: for threads of the screen and for commands without a loop."""

    @abstractmethod
    async def peek(self, work: Callable[[Tx], T]) -> T:
        """Run one small look-up by key, in the quickest way there is."""

    @abstractmethod
    def data_version(self) -> int:
        """A number that changes when another process has committed."""

    @property
    @abstractmethod
    def backlog(self) -> int:
        """Writes that wait for their transaction."""

    @property
    def writing(self) -> bool:
        """Whether a transaction of ours is at work, or waits to be."""
        return self.backlog > 0

    @abstractmethod
    def health(self) -> Health:
        """How it is, for doctor. Raises StoreError when it cannot be looked at."""

    async def scrub(self, *, whole: bool) -> None:  # noqa: B027 - a database that leaves no traces has nothing to do
        """Take what was deleted out of the files too, as far as the database leaves traces there. `whole` may stop
        everybody who writes for a while."""

    @abstractmethod
    def close(self) -> None:
        """Finish queued writes and close every connection. Blocks; safe to call twice."""

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher(booking_ids)` after every commit of ours, in a thread of the store. Returns how to stop it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher) if watcher in self._watchers else None

    def committed_beside(self, booking_ids: set[int]) -> None:
        """A process that writes for this one has committed."""
        self._committed(booking_ids)

    def _committed(self, booking_ids: set[int]) -> None:
        for watcher in list(self._watchers):
            watcher(booking_ids)
