"""A private copy of a tree: whole, one's own, and at the price of a few statements."""

from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from catalog.tests.factories import make_canonical
from lib.copying import private_copy
from lib.tests.factories import as_id
from specimens.models import Plan, PlanDay, PlanSlot
from specimens.tests.trees import Library, Tree, make_tree
from sync.models import LogEntry
from sync.tests.devices import Phone

pytestmark = pytest.mark.django_db(transaction=True)


def copy_of(tree: Tree, user: User) -> UUID:
    return private_copy(model=Plan, root_id=tree.plan.pk, user=user, source="api")


def content(plan_id: UUID) -> list[Any]:
    slots = PlanSlot.objects.live().filter(day__plan=plan_id).order_by("day__position", "reps")
    return list(slots.values_list("day__plan__title", "day__title", "day__position", "reps", "exercise"))


def test_copy_of_a_canonical_tree_is_private_and_whole(alice: User, phone: Phone, bobs_phone: Phone) -> None:
    tree = make_tree(status="published")
    PlanSlot.objects.filter(pk=tree.slots[0].pk).update(exercise=make_canonical())
    library = Library(phone.api)
    library.pull()
    before = phone.pull()
    root = copy_of(tree, alice)
    assert content(root) == content(tree.plan.pk)
    assert len(content(root)) == 4
    changes = phone.pull(before["cursor"])["changes"]
    assert [change["entity"] for change in changes] == ["plan", *["plan_day"] * 2, *["plan_slot"] * 4]
    assert {change["version"] for change in changes} == {before["version"] + 1}
    assert not {change["id"] for change in changes} & tree.ids
    assert not {as_id(root)} & {record_id for _, record_id in bobs_phone.records()}
    assert library.pull() == []
    assert set(LogEntry.objects.filter(user=alice, entity=Plan.wire.code).values_list("source", flat=True)) == {"api"}


def test_copy_of_a_private_tree_stands_beside_it(alice: User) -> None:
    tree = make_tree(alice)
    root = copy_of(tree, alice)
    Plan.objects.filter(pk=tree.plan.pk).tombstone()
    assert len(content(root)) == 4
    assert set(PlanSlot.objects.live().values_list("user", "visible")) == {(alice.pk, True)}


def test_what_is_deleted_is_not_copied(alice: User) -> None:
    tree = make_tree(status="published")
    PlanDay.objects.filter(pk=tree.days[0].pk).tombstone()
    PlanSlot.objects.filter(pk=tree.slots[2].pk).tombstone()
    assert content(copy_of(tree, alice)) == [("Base", "Day 2", 2, 8, None)]


def test_what_the_user_may_not_use_is_not_copied(alice: User, bob: User) -> None:
    gone = make_tree(status="published")
    Plan.objects.filter(pk=gone.plan.pk).tombstone()
    for tree in (make_tree(), make_tree(bob), gone):
        with pytest.raises(Plan.DoesNotExist):
            copy_of(tree, alice)
    assert not Plan.objects.filter(user=alice).exists()


def test_branch_can_be_copied_into_the_tree_it_is_of(alice: User) -> None:
    tree = make_tree(alice)
    private_copy(model=PlanDay, root_id=tree.days[0].pk, user=alice, source="api")
    assert PlanDay.objects.filter(plan=tree.plan).count() == 3
    assert PlanSlot.objects.count() == 6


@pytest.mark.parametrize("more", [0, 40])
def test_copy_takes_as_many_statements_however_big_the_tree(
    alice: User, more: int, django_assert_num_queries: Any
) -> None:
    tree = make_tree(status="published")
    PlanSlot.objects.bulk_create([PlanSlot(day=day, reps=n) for day in tree.days for n in range(more)])
    with django_assert_num_queries(9):  # BEGIN; the head; each of three levels, read and written; COMMIT
        copy_of(tree, alice)
    assert PlanSlot.objects.filter(user=alice).count() == 4 + 2 * more
