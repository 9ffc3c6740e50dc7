"""The checks of the pattern, each against a model that breaks it: what they find and what they say to do."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from accounts.models import User
from catalog.models import ExerciseType
from lib.capture import capture_triggers
from lib.checks import owned_models_follow_the_pattern, steps_are_taken_by_the_history
from lib.fields import OwnedForeignKey, SlugSetField
from lib.models import OwnedModel
from lib.operations import RenderAgain
from lib.rules import own_or_shared
from lib.shared import SharedChild, SharedModel, visible_where
from lib.upcasting import UPCASTERS
from lib.wire import Wire
from training.models import Workout

FREE_CODE = 31_000


@pytest.fixture(autouse=True)
def throwaway() -> Iterator[None]:
    """Models that a test declares in the app `lib` are gone after it."""
    registered = apps.all_models["lib"]
    before = dict(registered)
    yield
    registered.clear()
    registered.update(before)
    apps.clear_cache()


class Pattern(OwnedModel.Meta):
    """The Meta of a throwaway model that follows the pattern."""

    app_label = "lib"


def findings() -> list[tuple[str, str, str]]:
    """(id, message, hint) of each."""
    return [(str(found.id), found.msg, str(found.hint or "")) for found in owned_models_follow_the_pattern(None)]


def only(finding_id: str) -> tuple[str, str]:
    """The message and the hint of the one finding, which has this id."""
    ((found_id, message, hint),) = findings()
    assert found_id == finding_id
    return message, hint


def test_project_follows_the_pattern() -> None:
    assert findings() == []


def test_model_that_follows_the_pattern_passes() -> None:
    class Right(OwnedModel):
        wire = Wire(code=FREE_CODE)
        workout = OwnedForeignKey(Workout)

        class Meta(Pattern):
            abstract = False

    assert findings() == []


def test_model_without_a_wire_is_found() -> None:
    class Wireless(OwnedModel):
        class Meta(Pattern):
            abstract = False

    message, _ = only("dropset.E001")
    assert "Wireless" in message
    assert "wire = Wire(code=...)" in message


def test_field_of_an_unknown_kind_is_found() -> None:
    class Odd(OwnedModel):
        wire = Wire(code=FREE_CODE)
        blob = models.BinaryField()

        class Meta(Pattern):
            abstract = False

    message, _ = only("dropset.E001")
    assert "Odd.blob" in message
    assert "add it to _python_type" in message


@pytest.mark.parametrize(
    ("missing", "finding_id", "advice"),
    [
        ("triggers", "dropset.E002", "Meta.triggers"),
        ("constraints", "dropset.E003", "constraints = [*"),
        ("indexes", "dropset.E008", "indexes = [*"),
    ],
)
def test_list_that_is_replaced_and_not_extended_is_found(missing: str, finding_id: str, advice: str) -> None:
    class Forgetful(OwnedModel):
        wire = Wire(code=FREE_CODE)

        class Meta(Pattern):
            abstract = False
            triggers = [] if missing == "triggers" else capture_triggers()
            constraints = [] if missing == "constraints" else OwnedModel.Meta.constraints
            indexes = [] if missing == "indexes" else OwnedModel.Meta.indexes

    message, hint = only(finding_id)
    assert "Forgetful" in message
    assert advice in hint


def test_plain_reference_to_an_owned_model_is_found() -> None:
    class Leaky(OwnedModel):
        wire = Wire(code=FREE_CODE)
        workout = models.ForeignKey(Workout, models.RESTRICT, related_name="+")

        class Meta(Pattern):
            abstract = False

    message, hint = only("dropset.E004")
    assert "Leaky.workout" in message
    assert "Use OwnedForeignKey" in hint


def test_reference_to_what_may_be_shared_passes_with_its_rule_alone() -> None:
    class Sharing(OwnedModel):
        wire = Wire(code=FREE_CODE)
        exercise_type = models.ForeignKey(ExerciseType, models.RESTRICT, related_name="+")

        class Meta(Pattern):
            abstract = False
            triggers = [*capture_triggers(), *own_or_shared("exercise_type")]

    assert findings() == []


def test_name_that_postgresql_would_cut_is_found() -> None:
    name = "lib_long_" + "x" * 60

    class Long(OwnedModel):
        wire = Wire(code=FREE_CODE)

        class Meta(Pattern):
            abstract = False
            constraints = [
                *OwnedModel.Meta.constraints,
                models.CheckConstraint(condition=models.Q(pk__isnull=False), name=name),
            ]

    message, hint = only("dropset.E005")
    assert name in message
    assert hint == "Choose a shorter name."


def test_name_of_a_protected_vocabulary_that_postgresql_would_cut_is_found() -> None:
    class Long(OwnedModel):
        wire = Wire(code=FREE_CODE)
        words_that_are_named_in_a_field_with_a_very_long_name = SlugSetField(max_size=1, vocabulary="catalog.Muscle")

        class Meta(Pattern):
            abstract = False

    assert {finding_id for finding_id, _, _ in findings()} == {"dropset.E005"}


@pytest.mark.parametrize("named", ["catalog.ExerciseType", "catalog.Nothing", "nonsense", "accounts.User"])
def test_set_that_names_no_vocabulary_is_found(named: str) -> None:
    class Bag(OwnedModel):
        wire = Wire(code=FREE_CODE)
        words = SlugSetField(max_size=1, vocabulary=named)

        class Meta(Pattern):
            abstract = False

    message, hint = only("dropset.E014")
    assert message == f"Bag.words names {named}, which is no vocabulary."
    assert "`slug` as its key" in hint


@pytest.mark.parametrize(
    ("field", "advice"),
    [
        (models.IntegerField(default=0), "BoundedIntegerField"),
        (models.FloatField(default=0.0), "BoundedFloatField"),
        (models.DecimalField(max_digits=5, decimal_places=2, default="0.00"), "BoundedDecimalField"),
        (models.DateTimeField(null=True), "MomentField"),
        (models.TextField(default=""), "NoteField"),
        (models.CharField(max_length=1, choices=[("a", "A")], default="a"), "EnumField"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_field_without_a_limit_is_found(field: Any, advice: str) -> None:
    meta = type("Meta", (Pattern,), {"abstract": False})
    type("Loose", (OwnedModel,), {"__module__": __name__, "wire": Wire(code=FREE_CODE), "value": field, "Meta": meta})
    assert only("dropset.E016") == (
        "Loose.value has no limit that the database holds.",
        f"Use {advice} of lib/fields.py.",
    )


def test_what_the_server_alone_writes_needs_no_limit() -> None:
    class Report(OwnedModel):
        wire = Wire(code=FREE_CODE, read_only=True)
        text = models.TextField(default="")

        class Meta(Pattern):
            abstract = False

    assert findings() == []


@pytest.mark.parametrize(
    "wire",
    [
        Wire(FREE_CODE, internal=frozenset({"lost"})),
        Wire(FREE_CODE, shown=("lost",)),
        Wire(FREE_CODE, distinct=("lost",)),
    ],
)
def test_wire_that_names_no_field_is_found(wire: Wire) -> None:
    meta = type("Meta", (Pattern,), {"abstract": False})
    type("Misspelt", (OwnedModel,), {"__module__": __name__, "wire": wire, "Meta": meta})
    message, _ = only("dropset.E017")
    assert message == "The wire of Misspelt names lost, which is no field of it."


def test_code_that_is_taken_is_found_at_both_models() -> None:
    class Twin(OwnedModel):
        wire = Wire(code=Workout.wire.code)

        class Meta(Pattern):
            abstract = False

    found = findings()
    assert [finding_id for finding_id, _, _ in found] == ["dropset.E006"] * 2
    assert {"Twin", "Workout"} == {name for _, message, _ in found for name in ("Twin", "Workout") if name in message}
    assert {hint for _, _, hint in found} == {
        "Choose a free one: `manage.py entity_docs --codes` lists those that are taken."
    }


@pytest.mark.parametrize("code", [0, -1, 32_767])
def test_code_that_the_sync_tables_cannot_hold_is_found(code: int) -> None:
    class Far(OwnedModel):
        wire = Wire(code=code)

        class Meta(Pattern):
            abstract = False

    assert only("dropset.E006") == (f"The wire code {code} of Far is none.", "Choose one from 1 to 32766.")


def test_name_that_is_taken_is_found_at_both_models() -> None:
    type("Workout", (OwnedModel,), named_like_another_one(FREE_CODE))
    found = findings()
    assert [finding_id for finding_id, _, _ in found] == ["dropset.E015"] * 2
    assert {message for _, message, _ in found} == {"Several models are workout on the wire."}


def named_like_another_one(code: int) -> dict[str, Any]:
    meta = type("Meta", (Pattern,), {"abstract": False})
    return {"__module__": __name__, "wire": Wire(code=code), "Meta": meta}


def test_child_may_have_a_lower_code_than_its_parent() -> None:
    class Early(OwnedModel):
        wire = Wire(code=Workout.wire.code - 1)
        workout = OwnedForeignKey(Workout)

        class Meta(Pattern):
            abstract = False

    assert findings() == []


def test_references_in_a_circle_are_found() -> None:
    class Hen(OwnedModel):
        wire = Wire(code=FREE_CODE)
        egg = OwnedForeignKey("Egg", models.SET_NULL, null=True)

        class Meta(Pattern):
            abstract = False

    class Egg(OwnedModel):
        wire = Wire(code=FREE_CODE + 1)
        hen = OwnedForeignKey(Hen)

        class Meta(Pattern):
            abstract = False

    message, hint = only("dropset.E007")
    circles = [f"{a} refers to {b} refers to {a}" for a, b in (("Hen", "Egg"), ("Egg", "Hen"))]
    assert message in {f"{circle}: none of them can be written first." for circle in circles}
    assert hint.startswith("Leave one of the references out")


def test_reference_to_its_own_kind_is_no_circle() -> None:
    class Tree(OwnedModel):
        wire = Wire(code=FREE_CODE)
        parent: Any = OwnedForeignKey("self", null=True)

        class Meta(Pattern):
            abstract = False

    assert findings() == []


# --- shared models ---


class SharedPattern(SharedModel.Meta):
    app_label = "lib"


class ChildPattern(SharedChild.Meta):
    app_label = "lib"


def found_shared() -> str:
    message, hint = only("dropset.E013")
    return f"{message} {hint}"


def test_shared_tree_passes() -> None:
    class Root(SharedModel):
        wire = Wire(code=FREE_CODE)

        class Meta(SharedPattern):
            abstract = False

    class Branch(SharedChild):
        wire = Wire(code=FREE_CODE + 1)
        root: Any = OwnedForeignKey(Root)

        class Meta(ChildPattern):
            abstract = False

    class Leaf(SharedChild):
        wire = Wire(code=FREE_CODE + 2)
        branch: Any = OwnedForeignKey(Branch)
        like: Any = OwnedForeignKey(Root, models.RESTRICT, null=True, related_name="+")

        class Meta(ChildPattern):
            abstract = False

    assert findings() == []


def test_owner_that_may_be_missing_makes_no_shared_model() -> None:
    class Ownerless(OwnedModel):
        wire = Wire(code=FREE_CODE)
        user: Any = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")

        class Meta(Pattern):
            abstract = False

    assert "Inherit SharedModel" in found_shared()


def test_plain_child_of_a_shared_parent_is_found() -> None:
    class Plain(OwnedModel):
        wire = Wire(code=FREE_CODE)
        type = OwnedForeignKey(ExerciseType)

        class Meta(Pattern):
            abstract = False

    assert "Plain.type refers to ExerciseType" in found_shared()


def test_shared_child_of_a_plain_parent_is_found() -> None:
    class Child(SharedChild):
        wire = Wire(code=FREE_CODE)
        workout = OwnedForeignKey(Workout)

        class Meta(ChildPattern):
            abstract = False

    assert "Make Workout a SharedModel." in found_shared()


def test_shared_child_that_inherits_the_wrong_base_is_found() -> None:
    class Rootless(SharedModel):
        wire = Wire(code=FREE_CODE)
        type = OwnedForeignKey(ExerciseType)

        class Meta(SharedPattern):
            abstract = False

    assert "Inherit SharedChild." in found_shared()


def test_shared_child_without_exactly_one_parent_is_found() -> None:
    class Orphan(SharedChild):
        wire = Wire(code=FREE_CODE)

        class Meta(ChildPattern):
            abstract = False

    assert "Orphan needs one parent" in found_shared()


def test_shared_child_whose_parent_may_be_missing_is_found() -> None:
    class Loose(SharedChild):
        wire = Wire(code=FREE_CODE)
        type: Any = OwnedForeignKey(ExerciseType, null=True)

        class Meta(ChildPattern):
            abstract = False

    assert "Loose needs one parent, which is never NULL" in found_shared()


def test_shared_child_that_replaces_its_triggers_is_found() -> None:
    class Forgetful(SharedChild):
        wire = Wire(code=FREE_CODE)
        type = OwnedForeignKey(ExerciseType)

        class Meta(ChildPattern):
            abstract = False
            triggers = capture_triggers()

    assert "Forgetful would not be visible as its parent" in found_shared()


def test_shared_child_that_forgets_its_parent_in_its_condition_is_found() -> None:
    class Careless(SharedChild):
        wire = Wire(code=FREE_CODE)
        type = OwnedForeignKey(ExerciseType)
        draft: Any = models.BooleanField(default=False)
        visible: Any = visible_where(models.Q(draft=False))

        class Meta(ChildPattern):
            abstract = False

    assert "Careless may be seen where its parent may not" in found_shared()


@pytest.mark.parametrize("target", [Workout, ExerciseType])
def test_hidden_parent_is_found(target: Any) -> None:
    class Hiding(OwnedModel):
        wire = Wire(code=FREE_CODE)
        above = models.ForeignKey(target, models.CASCADE, related_name="+")

        class Meta(Pattern):
            abstract = False
            triggers = [*capture_triggers(), *own_or_shared("above")]

    assert "Hiding.above goes with its target for good" in found_shared()


# --- steps of schema versions ---


def named(patch: dict[str, Any]) -> dict[str, Any]:
    return patch


def test_step_that_no_migration_takes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert steps_are_taken_by_the_history(None) == []
    monkeypatch.setitem(UPCASTERS, ("workout", 1), named)
    (found,) = steps_are_taken_by_the_history(None)
    assert (found.id, found.msg) == ("dropset.E010", "No migration takes the history of workout from schema version 1.")
    assert "from_schema=1" in str(found.hint)


def test_steps_of_a_model_that_was_removed_are_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UPCASTERS, ("diary", 1), named)
    migration = import_module("training.migrations.0001_initial").Migration
    monkeypatch.setattr(migration, "operations", [*migration.operations, RenderAgain("Diary", from_schema=1)])
    assert steps_are_taken_by_the_history(None) == []


def test_step_that_a_migration_takes_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UPCASTERS, ("workout", 1), named)
    migration = import_module("training.migrations.0001_initial").Migration
    monkeypatch.setattr(migration, "operations", [*migration.operations, RenderAgain("Workout", from_schema=1)])
    assert steps_are_taken_by_the_history(None) == []
