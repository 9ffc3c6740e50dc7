"""What a patch leaves out of fields that mean something only together."""

from dropset_client.shapes import shape

LOADED = {"load_kg": "100.00", "typed_load": "100.000", "typed_load_unit": "kg", "reps": 5}


def test_patch_of_one_names_them_all() -> None:
    changes = {"load_kg": "105", "typed_load": "105"}
    assert shape("set").completed(changes, LOADED) == {**changes, "typed_load_unit": "kg"}


def test_load_alone_empties_what_was_typed() -> None:
    assert shape("set").completed({"load_kg": "80"}, LOADED) == {
        "load_kg": "80", "typed_load": None, "typed_load_unit": "",
    }  # fmt: skip


def test_zone_keeps_the_time() -> None:
    standing = {"measured_at": "2026-03-01T23:30:00.000000Z", "time_zone": "UTC"}
    assert shape("measurement").completed({"time_zone": "Asia/Tokyo"}, standing) == {
        "measured_at": "2026-03-01T23:30:00.000000Z", "time_zone": "Asia/Tokyo",
    }  # fmt: skip


def test_other_fields_stay_alone() -> None:
    assert shape("set").completed({"reps": 6}, LOADED) == {"reps": 6}
