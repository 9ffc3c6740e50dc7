"""The calendar as iCalendar (RFC 5545), for the calendars of phones."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from icalendar import Calendar, Event

UNTITLED = "Workout"
LEFT_OUT = {"skipped", "paused"}


def calendar_file(days: Iterable[Mapping[str, Any]], *, made_at: dt.datetime) -> bytes:
    """An event for each entry of the calendar, but for what was skipped or is paused: it lasts the whole day."""
    found = Calendar()
    found.add("prodid", "-//Dropset//Dropset//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", "Training")
    for day in days:
        for entry in day["entries"]:
            if entry["state"] not in LEFT_OUT:
                found.add_component(_event(dt.date.fromisoformat(day["date"]), entry, made_at))
    return bytes(found.to_ical())


def _event(day: dt.date, entry: Mapping[str, Any], made_at: dt.datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry['scheduled_workout'] or entry['workout']}@dropset")
    event.add("dtstamp", made_at)
    event.add("dtstart", day)
    event.add("dtend", day + dt.timedelta(days=1))
    event.add("summary", ("✓ " if entry["state"] == "done" else "") + (entry["title"] or UNTITLED))
    event.add("transp", "TRANSPARENT")
    return event
