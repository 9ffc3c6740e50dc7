"""Devices: registered by the client under an id of its own making."""

import datetime as dt
import hashlib
from typing import Protocol
from uuid import UUID

from django.db import transaction

from accounts.exceptions import DeviceForked, DeviceRevoked, DeviceTaken, DeviceUnknown, TooManyDevices
from accounts.models import Device, Session, User


class Installation(Protocol):
    """What we look at in a device."""

    @property
    def revoked_at(self) -> dt.datetime | None: ...
    @property
    def instance_token_hash(self) -> str: ...


DEVICES_MAX = 100  # of a user, without those that are revoked


def hash_instance_token(token: str) -> str:
    """The token is 128 random bits or more, so a plain SHA-256 hides it well enough."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def register_device(
    *, user: User, device_id: UUID, name: str, platform: str, instance_token: str, session: Session | None
) -> tuple[Device, bool]:
    """Returns (device, whether it is new); a known one gets its new name.

    Raises DeviceTaken, DeviceForked, DeviceRevoked or TooManyDevices.
    """
    device, created = Device.objects.get_or_create(
        id=device_id,
        defaults={
            "user": user,
            "name": name,
            "platform": platform,
            "instance_token_hash": hash_instance_token(instance_token),
        },
    )
    if device.user_id != user.pk:
        raise DeviceTaken
    check_in_use(device, instance_token)
    if created:
        _check_number(user)
    if (device.name, device.platform) != (name, platform):
        device.name, device.platform = name, platform
        device.save(update_fields=["name", "platform"])
    if session is not None and session.device_id != device.pk:
        Session.objects.filter(pk=session.pk).update(device=device)
    return device, created


def check_in_use(device: Installation | None, instance_token: str) -> None:
    """Whether a request may come from this device. Raises DeviceUnknown, DeviceForked or DeviceRevoked."""
    if device is None:
        raise DeviceUnknown
    if device.revoked_at is not None:
        raise DeviceRevoked
    if device.instance_token_hash != hash_instance_token(instance_token):
        raise DeviceForked


def _check_number(user: User) -> None:
    """Counts with the new one among them, one request after the other; what is too many is rolled back."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if Device.objects.filter(user=user, revoked_at=None).count() > DEVICES_MAX:
        raise TooManyDevices
