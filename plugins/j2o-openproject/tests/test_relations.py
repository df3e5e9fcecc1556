"""Relations: one a pair, compared in the form in which the server stores them."""

from __future__ import annotations

import pytest

from j2o_core.api import ItemSkipped, Ref


@pytest.mark.parametrize(
    "kind",
    [
        "relates",
        "blocks",
        "blocked",
        "duplicates",
        "duplicated",
        "precedes",
        "follows",
        "includes",
        "partof",
        "requires",
        "required",
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_relation_is_compared_in_the_form_in_which_the_server_stores_it(target, project, kind, turned):
    relations = target.loader("relations")
    ends = [target.work_package(project) for _ in range(2)]
    start, end = reversed(ends) if turned else ends
    effect = target.relation(start, end, kind, description="is  #12 [x]", notes=[("Link", "Cloners")])
    answer = relations.create(effect)
    assert answer.differences == ()
    for scope in (start, end):
        (found,) = target.scanned(relations, [scope.id], effect)
        assert (found.id, target.unlike(relations, effect, found.image)) == (answer.id, [])
        assert set(relations.keys(effect)) == set(found.keys)
    assert [found.id for found in relations.find(effect)] == [answer.id]
    assert relations.read(answer.id).image == answer.image


def test_a_second_relation_of_one_pair_is_skipped_in_both_directions(target, project):
    relations = target.loader("relations")
    start, end = (target.work_package(project) for _ in range(2))
    first = target.relation(start, end)
    relations.create(first)
    for second in (target.relation(start, end), target.relation(start, end, "relates"), target.relation(end, start)):
        with pytest.raises(ItemSkipped, match="one relation a pair"):
            relations.create(second)
        assert list(relations.find(second)) == []
    assert len(list(relations.scan([start.id, end.id]))) == 1


def test_a_relation_within_a_branch_is_skipped_and_to_itself_too(target, project):
    relations = target.loader("relations")
    above = target.work_package(project)
    middle = target.work_package(project, parent=above)
    below = target.work_package(project, parent=middle)
    for start, end in ((above, below), (below, above)):
        with pytest.raises(ItemSkipped, match="above or below"):
            relations.create(target.relation(start, end))
    with pytest.raises(ItemSkipped, match="itself"):
        relations.create(target.relation(above, above))


def test_what_would_close_a_circle_becomes_a_loose_relation_and_is_told(target, project):
    relations = target.loader("relations")
    one, two, three = (target.work_package(project) for _ in range(3))
    relations.create(target.relation(one, two, "follows"))
    relations.create(target.relation(two, three, "follows"))
    answer = relations.create(target.relation(three, one, "follows", description="has to be done after"))
    assert (answer.image["type"], answer.image["description"]) == ("relates", "has to be done after")
    assert [difference.field for difference in answer.differences if difference.field == "type"] == ["type"]


def test_relations_keep_their_lag_and_are_changed_and_removed(target, project):
    relations = target.loader("relations")
    start, end = (target.work_package(project) for _ in range(2))
    effect = target.relation(start, end, "follows", lag=3)
    answer = relations.create(effect)
    assert (answer.differences, answer.image["lag"]) == ((), 3)
    change = target.relation(
        start, end, "follows", description="new", id=effect.origin.id, fields=frozenset({"description"})
    )
    assert relations.update(change, relations.read(answer.id)).image["description"] == "new"
    assert [found.id for found in relations.find(effect)] == [answer.id]
    relations.delete(answer.id)
    relations.delete(answer.id)
    assert list(relations.find(effect)) == []


def test_relations_of_one_pair_share_a_lane(target):
    relations = target.loader("relations")
    one = relations.lane(
        "7", "acme/work_packages/1", "", {"to": Ref("work_packages", ("ACME-2", "2")), "type": "blocks"}
    )
    two = relations.lane("8", "acme/work_packages/2", "", {"to": Ref("work_packages", ("1", "A-1")), "type": "relates"})
    assert one == two


def test_relations_that_move_dates_share_the_lane_of_their_chain(target):
    relations = target.loader("relations")

    def lane(start: str, end: str, kind: str = "follows") -> str:
        return relations.lane(
            "9", f"acme/work_packages/{start}", "", {"to": Ref("work_packages", (end,)), "type": kind}
        )

    first, second = lane("1", "2"), lane("3", "4", "precedes")
    assert first != second != lane("1", "2", "blocks")
    assert lane("5", "2") == first
    assert relations.joined_lanes() == {}
    third = lane("4", "5")  # ties both
    wholes = {lane: relations.joined_lanes().get(lane, lane) for lane in (first, second, third)}
    assert len(set(wholes.values())) == 1
    assert lane("8", "9") not in wholes


def test_a_second_relation_of_a_pair_is_skipped_without_asking(target, project, sent):
    relations = target.loader("relations")
    start, end = (target.work_package(project) for _ in range(2))
    relations.create(target.relation(start, end, "blocks"))
    sent.clear()
    with pytest.raises(ItemSkipped, match="one relation a pair, and 'blocks' is there"):
        relations.create(target.relation(end, start, "relates"))
    assert sent == []


def test_relations_that_say_more_are_written_first(target):
    ranks = [target.loader("relations").rank({"type": kind}) for kind in ("follows", "blocks", "relates")]
    assert ranks == sorted(set(ranks))


def test_what_was_refused_before_is_looked_up_together_each_time(target, project):
    relations = target.loader("relations")
    ends = [(target.work_package(project), target.work_package(project)) for _ in range(5)]
    firsts = [relations.create(target.relation(start, end)) for start, end in ends[:4]]
    seconds = [target.relation(end, start, "relates") for start, end in ends]
    before = sum(target.requests().values())
    relations.look_together(seconds)
    for second in seconds[:4]:
        with pytest.raises(ItemSkipped, match="'blocks' is there already"):
            relations.check_refusal(second)
    assert sum(target.requests().values()) - before == 1
    relations.check_refusal(seconds[4])  # is asked for by itself: nothing was found that would refuse it
    relations.delete(firsts[0].id)
    relations.look_together(seconds)
    relations.check_refusal(seconds[0])
    with pytest.raises(ItemSkipped):
        relations.check_refusal(seconds[1])
