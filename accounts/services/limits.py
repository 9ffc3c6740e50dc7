"""How many attempts are allowed at what concerns an account. docs/auth.md has the same table; a test compares them.

Others' wrong passwords must not lock an owner out. So passwords are counted by account and network together. Over all
networks there is a wider limit, which does not hold where the owner has logged in before.
"""

from dataclasses import dataclass
from typing import Any

from lib.ratelimits import check_limit, is_remembered, network_of, remember

KNOWN_FOR_S = 60 * 86_400  # how long a network is known where somebody logged in


@dataclass(frozen=True)
class Rates:
    network: str | None = None
    account_and_network: str | None = None
    account: str | None = None


LIMITS = {
    "login": Rates(network="60/m", account_and_network="30/10m", account="300/h"),
    "register": Rates(network="20/h", account="5/h"),
    "verify-email": Rates(network="30/h"),
    "verify-email/resend": Rates(account="5/h"),
    "password/reset": Rates(network="20/h", account="5/h"),
    "password/reset/confirm": Rates(network="30/h"),
    "email/change": Rates(account="5/h"),
    "email/confirm": Rates(network="30/h"),
    "refresh": Rates(network="120/m"),
    "logout": Rates(network="120/m"),
    "sync/devices": Rates(account="60/h"),
}


def count_attempt(request: Any, what: str, account: str = "") -> None:
    """Raises RateLimited. account: its e-mail address in the normal form, also of one that there is not, or its id."""
    rates = LIMITS[what]
    if rates.network:
        check_limit(request, group=what, rate=rates.network)
    if rates.account_and_network:
        place = _place(request, account)
        check_limit(request, group=f"{what}: account and network", rate=rates.account_and_network, key=place)
        if is_remembered(place):
            return
    if rates.account:
        check_limit(request, group=f"{what}: account", rate=rates.account, key=account)


def remember_network(request: Any, account: str) -> None:
    """The owner was let in from here."""
    remember(_place(request, account), for_s=KNOWN_FOR_S)


def _place(request: Any, account: str) -> str:
    return f"{account} {network_of(request)}"
