"""The list of commands and the help that is made of it. Imports nothing, so that `--help` answers at once."""

from __future__ import annotations

# name -> (module:attribute, help)
COMMANDS: dict[str, tuple[str, str]] = {
    "desk": ("house:desk", "Open the desk (the default)"),
    "demo": ("house:demo", "The desk on a fresh sandbox: no keys, no internet"),
    "serve": ("house:serve", "The listener and background work without a screen"),
    "web": ("house:web", "The desk in a browser on this machine"),
    "import": ("house:import_", "Bookings from a CSV file"),
    "bookings": ("bookings:bookings", "List and search bookings"),
    "booking": ("bookings:booking", "One booking with payments, refunds, timeline"),
    "explain": ("story:explain", "The story of a booking's payments in sentences"),
    "proof": ("story:proof", "Replay a booking's events in every order: one and the same end"),
    "new": ("forms:new", "Make a booking"),
    "edit": ("forms:edit", "Change guest, stay, room or price"),
    "link": ("links:link", "Create or reuse the payment link, of one booking or of many"),
    "close-link": ("links:close_link", "Switch the open payment link off, of one booking or of many"),
    "mark-paid": ("payments:mark_paid", "Take the balance at the desk"),
    "undo-paid": ("payments:undo_paid", "Take a mark paid back, with a reason"),
    "refund": ("payments:refund", "Give online money back, all or part"),
    "pay-out": ("payments:pay_out", "Give desk money back in cash"),
    "switch": ("payments:switch", "Move a booking between ONLINE and ARRIVAL"),
    "cancel": ("payments:cancel", "Cancel a booking, or note a no-show"),
    "reopen": ("payments:reopen", "Take a cancellation back"),
    "rate": ("rates:rate", "Show or set the exchange rate of the fallback currency"),
    "accept": ("problems:accept", "Accept online money that differs from what was asked"),
    "pay-back": ("problems:pay_back", "Note that a returned refund was paid another way"),
    "problems": ("problems:problems", "What waits for a person, and what helps against it"),
    "guest-link": ("guest:guest_link", "Show the guest's permanent link, renew it, or switch it off"),
    "mail": ("guest:mail", "Mail the guest the link, a reminder or the receipt; the link to many"),
    "mails": ("guest:mails", "What was mailed to guests and what became of it"),
    "receipt": ("guest:receipt", "The receipt of a booking: as text, as a file, on paper"),
    "activity": ("logs:activity", "Who did what, newest first"),
    "events": ("logs:events", "What Stripe has told; one event; apply it again, rehearsed first"),
    "report": ("day:report", "The day: takings by tender, refunds, outstanding"),
    "shift": ("shift:shift", "Drawers: open with a float, drop, count blind, close"),
    "staff": ("staff:staff", "Desk users: add, list, disable"),
    "reconcile": ("house:reconcile", "Ask Stripe for everything missed and apply it"),
    "doctor": ("care:doctor", "Check settings, keys, clock, store, webhook, address, mail"),
    "backup": ("care:backup", "A consistent copy of the store while it runs"),
    "restore": ("care:restore", "Put a backup in the store's place"),
    "shred": ("care:shred", "Forget guests of long ago; sums stay"),
    "verify": ("house:verify", "Recompute every status from its facts and compare"),
    "token": ("house:token", "A bearer token for the JSON API"),
}

USAGE = """Usage: travello-desk [OPTIONS] [COMMAND] [ARGS]...

  The payment desk of a hotel. Without a command: open the desk.

Options:
  --version   Show the version and exit.
  -h, --help  Show this message and exit.

Commands:
"""


def help_text() -> str:
    """What `travello-desk --help` prints."""
    width = max(map(len, COMMANDS))
    return USAGE + "\n".join(f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items())
