"""Made stores are kept between runs (a million bookings take minutes) and copied for every run that writes."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import make_store, peer
from travello_desk.store.database import MIGRATIONS

RESULTS = Path(__file__).parent / "results"
KEPT = RESULTS / "stores"


@dataclass(frozen=True, slots=True)
class Pair:
    """The same hotel in our store and in the peer's, in a folder each."""

    ours: Path
    peers: Path


def fingerprint(count: int) -> str:
    """Changes whenever a kept store would not be what a new one is."""
    sources = [*sorted(MIGRATIONS.glob("*.py")), Path(make_store.__file__), *sorted(peer.PROJECT.rglob("models.py"))]
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in (*sources, Path(peer.__file__))))
    return f"{count}-{digest.hexdigest()[:12]}"


def kept_ours(count: int) -> Path:
    """Our store with `count` bookings, made now or at an earlier run. No booking in it is to be changed."""
    folder = KEPT / fingerprint(count)
    path = folder / "ours.db"
    if not (folder / "ours-complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make_store.make_store(path, count)
        (folder / "ours-complete").touch()
    return path


def kept(count: int) -> Pair:
    """A pair of stores with `count` bookings, made now or at an earlier run. Not to be written to."""
    ours = kept_ours(count)
    pair = Pair(ours, ours.with_name("peer.db"))
    complete = ours.with_name("complete")
    if not complete.exists():
        pair.peers.unlink(missing_ok=True)
        peer.make_store(pair.peers, pair.ours)
        complete.touch()
    return pair


@contextmanager
def fresh(count: int) -> Iterator[Pair]:
    """A copy to write to, on the disk the kept ones lie on; gone afterwards."""
    source = kept(count)
    with TemporaryDirectory(dir=RESULTS, prefix="run-") as folder:
        pair = Pair(Path(folder) / "ours" / "travello.db", Path(folder) / "peer" / "peer.db")
        for origin, copy in ((source.ours, pair.ours), (source.peers, pair.peers)):
            copy.parent.mkdir()
            shutil.copy(origin, copy)
        yield pair
