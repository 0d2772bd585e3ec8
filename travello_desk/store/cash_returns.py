"""Cash that left a drawer for a guest whose refund had come back: rows are only added. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, fields

from travello_desk.store.tx import Tx


@dataclass(frozen=True, slots=True)
class CashReturn:
    """One row. `shift_id` None: out of no drawer that somebody counts."""

    refund_uid: str
    booking_id: int
    shift_id: int | None
    voucher_no: str
    amount_minor: int
    currency: str
    actor: str
    at: int


COLUMNS = ", ".join(field.name for field in fields(CashReturn))


def insert(tx: Tx, new: CashReturn) -> None:
    tx.insert(
        f"INSERT INTO cash_returns ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(new.refund_uid, new.booking_id, new.shift_id, new.voucher_no),
            *(new.amount_minor, new.currency, new.actor, new.at),
        ),
    )


def of_refund(tx: Tx, uid: str) -> CashReturn | None:
    row = tx.one(f"SELECT {COLUMNS} FROM cash_returns WHERE refund_uid = ?", (uid,))
    return CashReturn(*row) if row else None
