"""How a store on PostgreSQL is, for doctor. Looks only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from travello_desk.store.health import Health, Remark
from travello_desk.store.tx import Tx

Reading = Callable[[Callable[[Tx], Any], bytes], Any]
FACTS = (
    "SELECT current_setting('server_version'), pg_database_size(current_database()),"
    " current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes'),"
    " pg_is_in_recovery(), (SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()),"
    " current_setting('max_connections')"
)


def of(reading: Reading, place: str) -> Health:
    """What the server says of itself."""
    facts = reading(lambda tx: tx.one(FACTS), b"")
    version, size, durable, fsync, full_pages, standby, used, most = facts
    if standby:
        return Health("", f"{place} is a standby and takes no writes", "Point DATABASE_URL at the primary server")
    remarks = []
    if "off" in (fsync, full_pages):
        remarks.append(Remark("The server does not write to the disk in time (fsync or full_page_writes is off)", MEND))
    if int(used) * 5 > int(most) * 4:
        remarks.append(Remark(f"{used} of the server's {most} connections are in use", "Raise max_connections"))
    commit = "commits are durable" if durable != "off" else "commits are not durable"
    return Health(f"Store {place}, PostgreSQL {version}, {size // 2**20} MB, {commit}", remarks=tuple(remarks))


MEND = "Switch both on in postgresql.conf: a power cut would lose payments"
