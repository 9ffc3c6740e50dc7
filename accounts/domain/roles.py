"""Who may do what in the admin: one line for each of its models. `manage.py roles` gives each group what stands here.

A superuser may do everything, but sees what athletes log as support does: after giving a reason.
"""

from collections.abc import Mapping

CURATOR, REVIEWER, SUPPORT, OPERATOR = "curator", "reviewer", "support", "operator"
ROLES = (CURATOR, REVIEWER, SUPPORT, OPERATOR)

LOOK = ("view",)
KEEP = ("view", "add", "change")
ALL = (*KEEP, "delete")

LIBRARY = {CURATOR: ALL, REVIEWER: ALL, SUPPORT: LOOK, OPERATOR: LOOK}
ATHLETES = {SUPPORT: LOOK, OPERATOR: ALL}  # what athletes log
DONE = {CURATOR: LOOK, REVIEWER: LOOK, SUPPORT: LOOK, OPERATOR: LOOK}  # what was done in the library
ANSWERED = {CURATOR: ("view", "change"), REVIEWER: ("view", "change")}  # what athletes offer to the library
SERVERS = {SUPPORT: LOOK, OPERATOR: LOOK}  # what the server keeps about them: nobody edits it
UPKEEP = {OPERATOR: LOOK}

ON_MODELS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "accounts.auditentry": UPKEEP,
    "accounts.device": SERVERS,
    "accounts.maillink": SERVERS,
    "accounts.session": SERVERS,
    "accounts.settings": {SUPPORT: LOOK, OPERATOR: KEEP},
    "accounts.user": {SUPPORT: LOOK, OPERATOR: KEEP},
    "auth.group": UPKEEP,
    "catalog.editorialstep": DONE,
    "catalog.equipment": LIBRARY,
    "catalog.exercisetype": LIBRARY,
    "catalog.food": LIBRARY,
    "catalog.importrun": {**ANSWERED, OPERATOR: LOOK},
    "catalog.keptfood": SERVERS,
    "catalog.merge": DONE,
    "catalog.muscle": LIBRARY,
    "catalog.nutrient": LIBRARY,
    "catalog.nutritiontemplate": LIBRARY,
    "catalog.nutritiontemplateitem": LIBRARY,
    "catalog.nutritiontemplatemeal": LIBRARY,
    "catalog.program": LIBRARY,
    "catalog.programday": LIBRARY,
    "catalog.programset": LIBRARY,
    "catalog.programslot": LIBRARY,
    "catalog.programweek": LIBRARY,
    "catalog.proposal": DONE,
    "catalog.recommendationrule": LIBRARY,
    "catalog.referenceintake": LIBRARY,
    "catalog.suggestion": ANSWERED,
    "catalog.supplement": LIBRARY,
    "catalog.supplementinteraction": LIBRARY,
    "nutrition.meal": ATHLETES,
    "nutrition.mealitem": ATHLETES,
    "nutrition.meallog": ATHLETES,
    "nutrition.meallogitem": ATHLETES,
    "nutrition.nutritiontarget": ATHLETES,
    "nutrition.supplementlog": ATHLETES,
    "nutrition.supplementplan": ATHLETES,
    "nutrition.waterlog": ATHLETES,
    "planner.blockexception": ATHLETES,
    "planner.completion": ATHLETES,
    "planner.habit": ATHLETES,
    "planner.logentry": ATHLETES,
    "planner.mechanism": ATHLETES,
    "planner.reminder": ATHLETES,
    "planner.scheduleblock": ATHLETES,
    "planner.topthreeitem": ATHLETES,
    "procrastinate.procrastinatejob": UPKEEP,
    "sync.conflict": SERVERS,
    "sync.devicestate": SERVERS,
    "sync.head": SERVERS,
    "sync.import": SERVERS,
    "sync.logrow": SERVERS,
    "sync.mutationrow": SERVERS,
    "sync.recordrow": SERVERS,
    "sync.snapshot": SERVERS,
    "training.enrolment": ATHLETES,
    "training.exercise": ATHLETES,
    "training.exercisealias": ATHLETES,
    "training.favourite": ATHLETES,
    "training.goal": ATHLETES,
    "training.gym": ATHLETES,
    "training.gymitem": ATHLETES,
    "training.measurement": ATHLETES,
    "training.mesocycle": ATHLETES,
    "training.mesocycleweek": ATHLETES,
    "training.progressionstate": ATHLETES,
    "training.scheduledworkout": ATHLETES,
    "training.set": ATHLETES,
    "training.templateexercise": ATHLETES,
    "training.templateset": ATHLETES,
    "training.workout": ATHLETES,
    "training.workouttemplate": ATHLETES,
}

PUBLISH, PUBLISH_ALONE = "catalog.publish_library", "catalog.publish_alone"
# Permissions that are about no single model. To publish what one wrote oneself is in no role: somebody else looks at it.
BESIDE: Mapping[str, tuple[str, ...]] = {PUBLISH: (REVIEWER,), PUBLISH_ALONE: ()}


def permissions_of(role: str) -> set[str]:
    """As Django names them: catalog.change_exercisetype."""
    found = {permission for permission, roles in BESIDE.items() if role in roles}
    for model, line in ON_MODELS.items():
        app, _, name = model.partition(".")
        found |= {f"{app}.{verb}_{name}" for verb in line.get(role, ())}
    return found
