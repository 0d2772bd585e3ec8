"""Who may do it: what the screen keeps from a role, `--as NAME` does not get on the command line either.

"command line", the default, owns the machine it types on. So does every name in a house without accounts; where there
are some, a name must be one of them: a slip of the finger would have no limit, and stand in the timeline for ever.
"""

from __future__ import annotations

from typing import Any

from travello_desk.actions import BY_ID, ROLE_RANK
from travello_desk.money import describe_minor
from travello_desk.operations.shifts import role_of
from travello_desk.payments.rules import Refusal, Refused


async def permitted(context: Any, name: str, action_id: str) -> None:
    """Raises Refused when this action needs a higher role than this person has."""
    action, role = BY_ID[action_id], await role_of(context, name)
    if ROLE_RANK[role] < ROLE_RANK[action.role]:
        raise Refused(Refusal("role", f"{action.label} needs a {action.role}: {name} is a {role}", 403))


async def known(context: Any, name: str) -> None:
    """Raises Refused when the house has accounts and nobody of this name may act."""
    from travello_desk.operations.staff_accounts import people

    everybody = await people(context)
    for person in everybody:
        if person.name.casefold() == " ".join(name.split()).casefold():
            if person.disabled:
                raise Refused(Refusal("disabled", f"The account of {person.name} is closed", 403))
            return
    if everybody:
        names = ", ".join(person.name for person in everybody if not person.disabled)
        raise Refused(Refusal("unknown_person", f"Nobody here is called {name!r}: {names}", 403))


async def within_limit(context: Any, name: str, amount_minor: int, currency: str) -> None:
    """Raises Refused when a manager would have to sign for so much at the desk."""
    from travello_desk.operations.staff import over_limit
    from travello_desk.operations.staff_accounts import limit_of_name

    limit = await limit_of_name(context, name)
    if over_limit(context, limit, amount_minor, currency):
        most = describe_minor(limit or 0, context.settings.currency_primary)
        raise Refused(Refusal("over_limit", f"Over the limit of {name}, {most}: a manager does it, --as NAME", 403))
