"""One normal form of e-mail addresses, so that one mailbox is one account however its address is written."""

import re
import unicodedata

import idna

MAX_LENGTH = 254
LOCAL_MAX_LENGTH = 64
_WORD = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_WORD}(\.{_WORD})*")
_DOMAIN = re.compile(r"localhost|([a-z0-9-]+\.)+[a-z][a-z0-9-]*")  # the last part is not a number, as in 127.0.0.1


def normal_form(address: str) -> str:
    """Lower case, compatibility forms (full-width letters) as plain ones, the domain as IDNA 2008 writes it (`xn--...`).

    Raises ValueError for what is not an address, and for what mail servers do not agree on: letters beyond ASCII before the @,
    quotation marks, an IP address as the domain.
    """
    local, _, domain = unicodedata.normalize("NFKC", address).strip().lower().rpartition("@")
    domain = _in_ascii(domain)
    found = f"{local}@{domain}"
    if not (_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise ValueError("not an e-mail address")
    if len(local) > LOCAL_MAX_LENGTH or len(found) > MAX_LENGTH:
        raise ValueError("too long for an e-mail address")
    return found


def form_to_look_up(address: str) -> str:
    """The normal form; if there is none, what an account of an older server may be called."""
    try:
        return normal_form(address)
    except ValueError:
        return address.strip().lower()


def _in_ascii(domain: str) -> str:
    return idna.encode(domain, uts46=True, std3_rules=True).decode()  # its errors are ValueErrors
