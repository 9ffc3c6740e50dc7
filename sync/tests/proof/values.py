"""What the users of the examples write, and what the server must refuse."""

from typing import Any

DAYS = ["2026-03-01", "2026-03-02"]
DIARY: dict[str, list[dict[str, Any]]] = {
    "meal": [{"name": "a"}, {"name": "b"}, {"slot": "lunch"}, {"servings": "2.00", "name": "c"}],
    "meal_log": [
        *({"title": "a"}, {"slot": "lunch"}, {"title": "b", "notes": "x"}, {"eaten_on": DAYS[1]}),
        *({"eaten_at": "2026-03-01T07:00:00.000000Z", "time_zone": "Europe/Berlin"}, {"time_zone": "Asia/Tokyo"}),
    ],
    "meal_log_item": [
        *({"notes": "a"}, {"notes": "b"}, {"position": 1.0}, {"position": 2.0, "notes": "c"}, {"grams": "60.00"}),
        *({"grams": "90.00", "portion": "bowl", "portion_count": "1.500"}, {"nutrients": {"protein": 5}}),
        {"nutrients": {"protein": 7}, "basis": "whole"},
    ],
    "nutrition_target": [
        *({"starts_on": DAYS[0]}, {"energy_kcal": "2400.0"}, {"starts_on": DAYS[1], "energy_kcal": "2600.0"}),
        *({"starts_on": None}, {"protein_g": "150.0"}, {"protein_g": "120.0"}),
    ],
    "supplement_plan": [{"notes": "a"}, {"notes": "b"}, {"paused": True}, {"times": ["08:00"], "paused": False}],
    "supplement_log": [
        *({"status": "skipped"}, {"notes": "a"}, {"status": "taken", "notes": "b"}, {"notes": "c"}),
        *({"dose": "15.0000", "dose_unit": "mg"}, {"dose": "30.0000", "dose_unit": "mg"}),
        {"taken_at": "2026-03-01T07:00:00.000000Z", "time_zone": "Europe/Berlin"},
    ],
    "water_log": [{"amount_ml": 200}, {"amount_ml": 300}, {"drunk_on": DAYS[0]}, {"drunk_on": DAYS[1]}],
}
EDITS: dict[str, list[dict[str, Any]]] = {
    "settings": [{"weight_unit": "lb"}, {"weight_unit": "kg"}, {"theme": "dark"}, {"equipment": ["bench"]}],
    "exercise_type": [{"name": "a"}, {"name": "b"}, {"equipment": []}, {"equipment": ["bench", "barbell"]}],
    "workout": [{"title": "a"}, {"title": "b"}, {"title": "c", "notes": "x"}, {"notes": "y"}],
    "exercise": [{"notes": "a"}, {"notes": "b"}, {"position": 1.0}, {"position": 2.0, "notes": "c"}],
    "set": [
        *({"reps": 7}, {"reps": 8}, {"rpe": "8.0"}, {"reps": 9, "rpe": "9.0"}),
        {"load_kg": "100.00", "typed_load": "100.000", "typed_load_unit": "kg"},
        {"load_kg": "102.06", "typed_load": "225.000", "typed_load_unit": "lb"},
        {"load_kg": "80.00"},
    ],
    "measurement": [
        *({"value": "81.000"}, {"value": "82.000"}, {"notes": "a"}, {"notes": "b", "value": "83.000"}),
        *({"time_zone": "Asia/Tokyo"}, {"measured_at": "2026-03-01T23:30:00.000000Z"}),
    ],
    "plan": [{"title": "a"}, {"title": "b"}, {"title": "c", "notes": "x"}, {"notes": "y"}],
    "plan_day": [{"title": "a"}, {"title": "b"}, {"position": 1}, {"position": 2, "title": "c"}],
    "plan_slot": [{"reps": 7}, {"reps": 8}, {"notes": "a"}, {"reps": 9, "notes": "b"}],
    "room": [{"is_default": True}, {"title": "a"}, {"is_default": True, "title": "b"}, {"is_default": False}],
    "rack": [{"notes": "a"}, {"notes": "b"}, {"notes": "c"}, {"notes": "d"}],
    "day_note": [
        *({"text": "a"}, {"day": DAYS[0]}, {"latitude": 52.0, "longitude": 13.0}, {"day": DAYS[1], "text": "b"}),
        *({"latitude": 52.0, "longitude": -1.0}, {"latitude": None, "longitude": None}, {"day": DAYS[0]}),
        *({"latitude": 48.0, "longitude": -1.0}, {"day": None}),
    ],
    **DIARY,
}
LEAVES = ("set", "measurement", "plan_slot", "day_note", "meal_log_item", "water_log", "supplement_log")
GEAR_SETS: list[list[str]] = [[], ["bands"], ["barbell"], ["bands", "bench"], ["bands", "barbell", "bench"]]
BAD: list[tuple[str, dict[str, Any]]] = [
    ("workout", {"no_such_field": 1}),
    ("workout", {"title": 5}),
    ("set", {"reps": -1}),
    ("measurement", {"value": "heavy"}),
    ("no_such_entity", {"title": "x"}),
    ("workout", {"status": "completed"}),
    ("set", {"load_kg": "100.00", "typed_load": "100.000", "typed_load_unit": "lb"}),
    ("exercise_type", {"equipment": ["no-such-gear"]}),
    ("room", {"is_default": None}),
    ("day_note", {"latitude": 91.0, "longitude": 0.0}),
    ("exercise", {}),  # a create without its type
    ("measurement", {"kind": "waist"}),
]
