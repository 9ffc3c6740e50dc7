"""System checks of the pattern of owned models: each finding says what to do about it."""

from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import models
from django.db.migrations.loader import MigrationLoader

from lib import wire
from lib.constraints import AtMostOne, KnownSlugs
from lib.fields import CheckedField, OwnedForeignKey, SlugSetField, parents_of
from lib.models import OwnedModel
from lib.operations import RenderAgain
from lib.shared import SharedChild, SharedModel
from lib.upcasting import UPCASTERS

CAPTURE = {"capture_insert", "capture_update", "capture_delete"}
IDENTIFIER_MAX_LENGTH = 63
LIMITED: dict[type[models.Field[Any, Any]], str] = {  # what has limits instead of Django's own
    models.IntegerField: "BoundedIntegerField",
    models.FloatField: "BoundedFloatField",
    models.DecimalField: "BoundedDecimalField",
    models.DateTimeField: "MomentField",
    models.TextField: "NoteField",
}
CODES = range(1, 32_767)  # the next one stands behind all in the cursors of a pull


def owned_models_follow_the_pattern(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Registered by LibConfig; runs with every `manage.py check`."""
    owned = [model for model in apps.get_models() if issubclass(model, OwnedModel)]
    findings: list[CheckMessage] = []
    for model in owned:
        findings += _wire_findings(model)
        findings += _internal_findings(model)
        findings += _trigger_findings(model)
        findings += _reference_findings(model)
        findings += _shared_findings(model)
        findings += _name_findings(model)
        findings += _vocabulary_findings(model)
        findings += _named_findings(model)
        findings += _limit_findings(model)
        findings += _together_findings(model)
        findings += _single_findings(model)
    vocabularies = [model for model in apps.get_models() if model not in owned and hasattr(model, "wire")]
    for vocabulary in vocabularies:
        findings += _capture_findings(vocabulary)
    return findings + list(_code_findings([*owned, *vocabularies]))


def _wire_findings(model: type[OwnedModel]) -> Iterator[CheckMessage]:
    try:
        wire.entity_of(model)
    except TypeError as error:
        yield Error(str(error), obj=model, id="dropset.E001")


def _internal_findings(model: type[OwnedModel]) -> Iterator[CheckMessage]:
    internal = model.wire.internal if isinstance(getattr(model, "wire", None), wire.Wire) else frozenset()
    for field in model._meta.concrete_fields:
        if field.name in internal and not (field.null or field.has_db_default() or field.generated):
            yield Error(
                f"{model.__name__}.{field.name} stays on the server, but a synced row would have no value for it.",
                hint="Give it a db_default.",
                obj=field,
                id="dropset.E009",
            )


def _capture_findings(model: type[models.Model]) -> Iterator[CheckMessage]:
    names = {trigger.name for trigger in getattr(model._meta, "triggers", [])}
    if not names >= CAPTURE:
        yield Error(
            f"{model.__name__} is not captured for sync.",
            hint="Write `class Meta(OwnedModel.Meta)`; triggers of its own extend OwnedModel.Meta.triggers.",
            obj=model,
            id="dropset.E002",
        )


def _trigger_findings(model: type[OwnedModel]) -> Iterator[CheckMessage]:
    yield from _capture_findings(model)
    if not any(c.name.endswith("_owner") for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)):
        yield Error(
            f"{model.__name__} has no unique (user, id) for composite foreign keys to refer to.",
            hint="Extend the list: `constraints = [*OwnedModel.Meta.constraints, ...]`.",
            obj=model,
            id="dropset.E003",
        )
    if not any(index.name.endswith("_list") for index in model._meta.indexes):
        yield Error(
            f"{model.__name__} has no index for its list.",
            hint="Extend the list: `indexes = [*OwnedModel.Meta.indexes, ...]`.",
            obj=model,
            id="dropset.E008",
        )


def _reference_findings(model: type[OwnedModel]) -> Iterator[CheckMessage]:
    for field in model._meta.concrete_fields:
        target = field.related_model
        if not isinstance(target, type) or not issubclass(target, OwnedModel) or isinstance(field, OwnedForeignKey):
            continue
        triggers = {trigger.name for trigger in getattr(model._meta, "triggers", [])}
        if not {f"{field.name}_own_or_shared_insert", f"{field.name}_own_or_shared_update"} <= triggers:
            yield Error(
                f"{model.__name__}.{field.name} could point into another user's data.",
                hint="Use OwnedForeignKey, or add own_or_shared(...) to Meta.triggers where the target may be shared.",
                obj=field,
                id="dropset.E004",
            )


def _shared_findings(model: type[OwnedModel]) -> Iterator[CheckMessage]:
    """What the keys and triggers of shared models cannot hold: rows would be visible, or stay, where they must not."""
    for field, problem, hint in [*_shape_problems(model), *_tie_problems(model)]:
        yield Error(f"{model.__name__}{problem}", hint=hint, obj=field or model, id="dropset.E013")


def _shape_problems(model: type[OwnedModel]) -> Iterator[tuple[Any, str, str]]:
    if model._meta.get_field("user").null and not issubclass(model, SharedModel):
        yield (
            None,
            " has rows without an owner, but is not shared.",
            "Inherit SharedModel instead of giving it a `user`.",
        )
    if not issubclass(model, SharedModel):
        return
    parents = parents_of(model)
    if issubclass(model, SharedChild):
        if len(parents) != 1 or parents[0].null:
            yield (
                None,
                " needs one parent, which is never NULL.",
                "Give it one OwnedForeignKey that goes with its target.",
            )
        if "visible_as_parent" not in {trigger.name for trigger in getattr(model._meta, "triggers", [])}:
            yield (
                None,
                " would not be visible as its parent.",
                "Write `class Meta(SharedChild.Meta)`, and extend its lists.",
            )
        visible: Any = model._meta.get_field("visible")
        if "parent_visible" not in visible.expression.referenced_base_fields:
            yield None, " may be seen where its parent may not.", "Let visible_where(...) ask for parent_visible too."
    elif parents:
        yield parents[0], f".{parents[0].name} makes it a child: it is visible as its parent.", "Inherit SharedChild."


def _tie_problems(model: type[OwnedModel]) -> Iterator[tuple[Any, str, str]]:
    """Between what may be shared and what may not. A plain ForeignKey compares ids alone, and brings no rule with it."""
    for field in model._meta.concrete_fields:
        target = field.related_model
        if not isinstance(target, type) or not issubclass(target, OwnedModel):
            continue
        composite, tie = isinstance(field, OwnedForeignKey), f".{field.name}"
        if composite and issubclass(target, SharedModel) and not issubclass(model, SharedModel):
            yield (
                field,
                f"{tie} refers to {target.__name__}, whose rows may be shared, by their owner.",
                "Make it a SharedChild, or use ForeignKey with own_or_shared(...), which is no parent.",
            )
        elif composite and issubclass(model, SharedModel) and not issubclass(target, SharedModel):
            yield field, f"{tie} is never there for a canonical row.", f"Make {target.__name__} a SharedModel."
        elif not composite and isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE:
            yield (
                field,
                f"{tie} goes with its target for good, but not when that is deleted for sync.",
                "Use OwnedForeignKey for a parent; SET_NULL or RESTRICT for anything else.",
            )


def _single_findings(model: type[OwnedModel]) -> Iterator[CheckMessage]:
    try:
        written = {f.name: f for f in wire.entity_of(model).writable}
    except TypeError:  # another finding says so
        return
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and not written.keys().isdisjoint(constraint.fields):
            yield Error(
                f"Two devices may break {constraint.name} offline, and the second one would be refused.",
                hint="Use AtMostOne of lib/constraints.py: one of them gives way, and a conflict says so.",
                obj=model,
                id="dropset.E020",
            )
        if isinstance(constraint, AtMostOne):
            field = written.get(constraint.gives_way)
            gives_way = field is not None and (field.python_type is bool or field.field.null)
            if not gives_way or not written.keys() >= set(constraint.fields):
                yield Error(
                    f"{constraint.name}: {constraint.gives_way} cannot give way.",
                    hint="Its fields are written by clients, and the last one is a flag or may be null.",
                    obj=model,
                    id="dropset.E021",
                )


def _together_findings(model: type[OwnedModel]) -> Iterator[CheckMessage]:
    groups = model.wire.together if isinstance(getattr(model, "wire", None), wire.Wire) else ()
    fields = {f.name: f for f in wire.entity_of(model).writable} if groups else {}
    named = [name for group in groups for name in group.fields]
    for name in {name for name in named if name not in fields or fields[name].kind == "set" or fields[name].target}:
        yield Error(
            f"{model.__name__}.{name} cannot be part of a register of several fields.",
            hint="Only plain fields that clients write can: no sets, and no references.",
            obj=model,
            id="dropset.E011",
        )
    wrong = {name for name in named if named.count(name) > 1}
    wrong |= {group.leading for group in groups if group.leading and group.leading not in group.fields}
    for name in wrong:
        yield Error(
            f"{model.__name__}.{name} belongs to no register, or to several.",
            hint="A field stands in one Together; the leading one is among its fields.",
            obj=model,
            id="dropset.E012",
        )


def _vocabulary_findings(model: type[OwnedModel]) -> Iterator[CheckMessage]:
    for field in model._meta.concrete_fields:
        if not isinstance(field, SlugSetField) or not field.vocabulary:
            continue
        try:
            vocabulary: Any = apps.get_model(field.vocabulary)
        except (LookupError, ValueError):
            vocabulary = None
        if vocabulary is None or not hasattr(vocabulary, "wire") or vocabulary._meta.pk.name != "slug":
            yield Error(
                f"{model.__name__}.{field.name} names {field.vocabulary}, which is no vocabulary.",
                hint='Name a model that has a `wire` and `slug` as its key, such as "catalog.Muscle".',
                obj=field,
                id="dropset.E014",
            )


def _named_findings(model: type[OwnedModel]) -> Iterator[CheckMessage]:
    declared = getattr(model, "wire", None)
    if not isinstance(declared, wire.Wire):  # another finding says so
        return
    known = {field.name for field in model._meta.concrete_fields}
    for name in sorted({*declared.internal, *declared.shown, *declared.distinct, *_names_of_copies(declared)} - known):
        yield Error(
            f"The wire of {model.__name__} names {name}, which is no field of it.",
            hint="Correct `internal`, `shown`, `distinct` or `copied`.",
            obj=model,
            id="dropset.E017",
        )


def _names_of_copies(declared: wire.Wire) -> set[str]:
    return {name for copied in declared.copied for name in (copied.field, *copied.sources)}


def _limit_findings(model: type[OwnedModel]) -> Iterator[CheckMessage]:
    """What clients write has limits: without them one device could fill the others, or write what no column can hold."""
    try:
        written = [] if model.wire.read_only else [field.field for field in wire.entity_of(model).writable]
    except (AttributeError, TypeError):  # another finding says so
        return
    for field in written:
        advice = _advice(field)
        if advice:
            yield Error(
                f"{model.__name__}.{field.name} has no limit that the database holds.",
                hint=f"Use {advice} of lib/fields.py.",
                obj=field,
                id="dropset.E016",
            )


def _advice(field: Any) -> str:
    """The class that has the limit that this field lacks; empty where it lacks none."""
    if isinstance(field, CheckedField):
        return ""
    if getattr(field, "choices", None):
        return "EnumField"
    return next((name for kind, name in LIMITED.items() if isinstance(field, kind)), "")


def _names_of(constraint: models.BaseConstraint) -> list[str]:
    return [constraint.name, *([constraint.in_use] if isinstance(constraint, KnownSlugs) else [])]


def _name_findings(model: type[OwnedModel]) -> Iterator[CheckMessage]:
    constraints = (name for constraint in model._meta.constraints for name in _names_of(constraint))
    for name in (*constraints, *(index.name for index in model._meta.indexes)):
        if len(name) > IDENTIFIER_MAX_LENGTH:
            yield Error(
                f"{name} is longer than PostgreSQL keeps: it could not be told from another.",
                hint="Choose a shorter name.",
                obj=model,
                id="dropset.E005",
            )


def _code_findings(found: list[Any]) -> Iterator[CheckMessage]:
    """Of what is one of a kind: numbers and names on the wire; and of the order that references make."""
    wired = [model for model in found if isinstance(getattr(model, "wire", None), wire.Wire)]
    codes = Counter(model.wire.code for model in wired)
    names = Counter(wire.name_of(model) for model in wired)
    for model in wired:
        code, name = model.wire.code, wire.name_of(model)
        if codes[code] > 1:
            yield Error(
                f"The wire code {code} of {model.__name__} is taken.",
                hint="Choose a free one: `manage.py entity_docs --codes` lists those that are taken.",
                obj=model,
                id="dropset.E006",
            )
        if code not in CODES:
            yield Error(
                f"The wire code {code} of {model.__name__} is none.",
                hint=f"Choose one from {CODES.start} to {CODES.stop - 1}.",
                obj=model,
                id="dropset.E006",
            )
        if names[name] > 1:
            yield Error(
                f"Several models are {name} on the wire.",
                hint="The name of the class is that of the entity, in whichever app it is: choose another one.",
                obj=model,
                id="dropset.E015",
            )
    try:
        TopologicalSorter({model: _referred_by(model) for model in wired}).prepare()
    except CycleError as error:
        names_in_it = " refers to ".join(model.__name__ for model in reversed(error.args[1]))
        yield Error(
            f"{names_in_it}: none of them can be written first.",
            hint="Leave one of the references out; what it says can be asked of the other one.",
            id="dropset.E007",
        )


def _referred_by(model: type[models.Model]) -> list[type[models.Model]]:
    try:
        return wire.referred_by(model)
    except (LookupError, ValueError):  # no such vocabulary: another finding says so
        return []


def steps_are_taken_by_the_history(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Registered by LibConfig too: what the server remembers of older documents takes every step that their patches take."""
    if not UPCASTERS:
        return []
    taken = set(_steps_of_migrations())
    return [
        Error(
            f"No migration takes the history of {entity} from schema version {version}.",
            hint=f"Write RenderAgain(..., from_schema={version}) in the migration that changes the documents.",
            id="dropset.E010",
        )
        for entity, version in sorted(UPCASTERS.keys() - taken)
        if entity in wire.entities_by_name()  # of a model that was removed, nothing is remembered in any words
    ]


def _steps_of_migrations() -> Iterator[tuple[str, int]]:
    for (app_label, _), migration in MigrationLoader(None).disk_migrations.items():
        for operation in migration.operations:
            if isinstance(operation, RenderAgain) and operation.from_schema is not None:
                model: Any = apps.all_models[app_label].get(operation.model_name.lower())
                if model is not None:
                    yield wire.entity_of(model).name, operation.from_schema
