"""Examples of what is read, for the API's documentation."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

TARGET: dict[str, Any] = {
    "id": "2d1f6c1e-9b7c-4d0a-8a4e-0c0a4f9a5b01", "day_kind": "training", "starts_on": "2026-03-02", "method": "manual",
    "energy_kcal": 2600.0, "protein_g": 150.0, "fat_g": 80.0, "carbohydrate_g": 320.0, "fiber_g": None, "water_ml": 2500,
}  # fmt: skip
SUMS: dict[str, Any] = {
    "energy": {"kcal": 303.2, "coverage": 1.0, "is_complete": True, "by_basis": {"measured": 303.2}},
    "protein_g": 10.52, "fat_g": 5.216, "carbohydrate_g": 54.16, "fiber_g": 8.08,
}  # fmt: skip
NOTHING: dict[str, Any] = {
    "energy": None, "protein_g": None, "fat_g": None, "carbohydrate_g": None, "fiber_g": None,
}  # fmt: skip
LOG: dict[str, Any] = {
    "id": "6f1c1f6e-6f0e-4c58-8e5b-3a3f9f0d7a01", "status": "eaten", "title": "", "meal": None, "servings": 1.0,
    "eaten_at": "2026-03-02T06:30:00Z", "time_zone": "Europe/Berlin",
    "items": [
        {
            "id": "0b7c8f52-7d39-4b0e-9d7a-0c6a4f9a5a11", "food": "c1d5b3de-33ce-4a2b-8a0e-4ff0a6a1d001", "name": "Oats",
            "grams": 80.0, "portion": "", "portion_count": None, "energy_kcal": 303.2,
        }
    ],
}  # fmt: skip
MAGNESIUM: dict[str, Any] = {
    "nutrient": "magnesium", "name": "Magnesium", "unit": "mg", "amount": 510.4, "coverage": 1.0, "is_complete": True,
    "from_supplements": 400.0, "target": None, "reference": {"kind": "rda", "amount": 420.0},
    "limits": [
        {
            "kind": "ul", "amount": 350.0, "counts": "magnesium", "sources": ["supplement"],
            "applies_to": "supplements and medicines only", "counted": 400.0, "is_over": True,
        }
    ],
}  # fmt: skip
VITAMIN_D: dict[str, Any] = {
    "nutrient": "vitamin-d", "name": "Vitamin D", "unit": "ug", "amount": None, "coverage": 0, "is_complete": False,
    "from_supplements": None, "target": None, "reference": {"kind": "rda", "amount": 15.0},
    "limits": [
        {
            "kind": "ul", "amount": 100.0, "counts": "vitamin-d", "sources": ["food", "fortified", "supplement"],
            "applies_to": "", "counted": None, "is_over": None,
        }
    ],
}  # fmt: skip
DOSE: dict[str, Any] = {
    "plan": "9a7f3c52-7d39-4b0e-9d7a-0c6a4f9a5a20", "log": "e7b0b7e4-5b6f-3f0a-9d7a-0c6a4f9a5a21",
    "supplement": "5c1d2b3e-33ce-5a2b-8a0e-4ff0a6a1d002", "name": "Magnesium", "time": "20:00", "is_due": True,
    "outcome": "taken", "dose": 400.0, "dose_unit": "mg", "taken_at": "2026-03-02T19:05:00Z",
}  # fmt: skip
WARNING: dict[str, Any] = {
    "code": "over_limit", "severity": "serious",
    "detail": "Magnesium is over the upper limit for you. It counts supplements and medicines only. "
              "Talk to a doctor or a pharmacist.",
    "nutrient": "magnesium", "supplements": [], "interaction": None, "effect": "", "advice": "", "ask_clinician": True,
}  # fmt: skip
DAY_EXAMPLES = [
    OpenApiExample(
        "a day with breakfast and a dose",
        {
            "date": "2026-03-02", "is_training_day": True, "slots": [{"slot": "breakfast", **SUMS, "logs": [LOG]}],
            "totals": SUMS, "planned": NOTHING, "target": TARGET, "nutrients": [MAGNESIUM, VITAMIN_D],
            "supplements": [DOSE], "water_ml": 750.0, "body_weight_kg": 80.0, "age_is_known": True, "warnings": [WARNING],
        },
        response_only=True,
    )
]  # fmt: skip
RANGE_EXAMPLES = [
    OpenApiExample(
        "one of the days",
        {
            "date": "2026-03-02", **SUMS, "items": 1, "is_whole": False, "water_ml": 750.0, "is_training_day": True,
            "target": TARGET,
        },
        response_only=True,
    )
]  # fmt: skip
COUNTS: dict[str, Any] = {"due": 14, "taken": 10, "skipped": 1, "missed": 2, "open": 1, "besides": 0, "share": 0.7692}
KEPT_EXAMPLES = [
    OpenApiExample(
        "two weeks of one plan",
        {
            **COUNTS,
            "plans": [
                {
                    "plan": "9a7f3c52-7d39-4b0e-9d7a-0c6a4f9a5a20", "supplement": "5c1d2b3e-33ce-5a2b-8a0e-4ff0a6a1d002",
                    "name": "Magnesium", **COUNTS,
                }
            ],
        },
        response_only=True,
    )
]  # fmt: skip
SUGGEST_EXAMPLES = [
    OpenApiExample(
        "toward a goal",
        {"goal": "0b7c8f52-7d39-4b0e-9d7a-0c6a4f9a5a11", "activity": "moderate", "starts_on": "2026-03-02"},
        request_only=True,
    ),
    OpenApiExample(
        "a target",
        {
            "target": {
                "day_kind": "every", "starts_on": "2026-03-02", "energy_kcal": "2320.0", "protein_g": "160.0",
                "fat_g": "64.0", "carbohydrate_g": "275.0", "fiber_g": "32.0", "method": "calculated",
                "reason": "You expend about 2,759 kcal a day: by formula 1,780 kcal at rest, times 1.55 for your activity. "
                          "To lose 0.5 % of your weight a week.",
            },
            "floor_kcal": 1780,
            "code": "",
            "missing": [],
            "reasons": [{"of": "protein_g", "text": "2 g for a kg of body weight."}],
            "expenditure": {
                "kcal": 2759, "resting_kcal": 1780, "is_from_diary": False, "evidence": 0, "weighings": 6, "complete_days": 9,
            },
        },
        response_only=True,
    ),
    OpenApiExample(
        "nothing",
        {
            "target": None,
            "floor_kcal": None,
            "code": "ask_a_professional",
            "missing": [],
            "reasons": [
                {"of": "athlete", "text": "You are pregnant."},
                {"of": "target", "text": "Ask a doctor or a dietitian for a target. One that they set can be written down here."},
            ],
            "expenditure": None,
        },
        response_only=True,
    ),
]  # fmt: skip
