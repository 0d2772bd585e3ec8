"""What the bookings of a benchmark's hotel look like: their states in the shares of a busy month, and names. Data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One state of a booking. `attempt` is the state of its one payment: none (empty), open or paid."""

    name: str
    method: str
    attempt: str = ""
    desk_paid: bool = False
    cancelled: bool = False
    line: tuple[str, str] | None = None


LINK_OUT = Kind("link out", "ONLINE", "open", line=("link", "Payment link made"))
PAID = Kind("paid online", "ONLINE", "paid", line=("paid", "Booking marked as PAID by webhook"))
DUE = Kind("due", "ONLINE")
ON_ARRIVAL = Kind("on arrival", "ARRIVAL")
DESK_PAID = Kind("paid at the desk", "ARRIVAL", desk_paid=True, line=("paid", "Marked as PAID at the desk"))
CANCELLED = Kind("cancelled", "ONLINE", cancelled=True, line=("cancelled", "Booking cancelled"))

# Of twenty bookings, so many of each kind, dealt out evenly. Half have a link out: those are what the load pays.
SHARES = {LINK_OUT: 10, PAID: 5, DUE: 1, ON_ARRIVAL: 2, DESK_PAID: 1, CANCELLED: 1}


def dealt(shares: dict[Kind, int]) -> tuple[Kind, ...]:
    """The kinds in an order in which equal ones lie apart."""
    places = [((turn + 0.5) / count, kind.name, kind) for kind, count in shares.items() for turn in range(count)]
    return tuple(kind for _, _, kind in sorted(places, key=lambda place: place[:2]))


KINDS = dealt(SHARES)

FIRST_NAMES = (
    "Ayesha Fatima Zainab Maryam Hira Sana Mahnoor Iqra Bilal Hamza Usman Ali Ahmed Hassan Omar Imran Tariq Faisal "
    "Saad Junaid Emma Olivia Liam Noah Chen Wei Yuki Hiro Priya Arjun Lena Jonas Sofia Mateo Amélie Étienne Øyvind "
    "Zoë Søren Núria"
).split()
LAST_NAMES = (
    "Khan Malik Ahmed Hussain Qureshi Siddiqui Sheikh Butt Chaudhry Raza Iqbal Akhtar Javed Mirza Baig Shah Aslam "
    "Smith Jones Brown Taylor Wang Li Tanaka Sato Sharma Patel Müller Schmidt García López Dubois Nilsson O'Brien "
    "van Dijk Kowalski Rossi Novák Popescu"
).split()
NAMES = (tuple(FIRST_NAMES), tuple(LAST_NAMES))
