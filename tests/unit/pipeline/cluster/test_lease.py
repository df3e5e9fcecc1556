from __future__ import annotations

from j2o_core.pipeline.cluster.lease import Lease


class Clock:
    """Seconds that pass when they are told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_lease_that_was_never_granted_holds_for_nothing():
    assert not Lease(15.0, Clock()).holds()


def test_a_lease_ends_before_the_ledger_gives_it_to_others():
    clock = Clock()
    lease = Lease(10.0, clock)
    lease.renewed(lease.now())
    clock.now += 7.9
    assert lease.holds()
    clock.now += 0.2  # the margin: a request needs time to leave
    assert not lease.holds()


def test_it_counts_from_the_moment_at_which_renewal_was_asked_for_not_from_the_answer():
    clock = Clock()
    lease = Lease(10.0, clock)
    asked = lease.now()
    clock.now += 6.0  # the ledger was slow to answer
    lease.renewed(asked)
    clock.now += 1.0
    assert lease.holds()
    clock.now += 1.5
    assert not lease.holds()


def test_a_late_answer_to_an_early_question_shortens_nothing():
    clock = Clock()
    lease = Lease(10.0, clock)
    early = lease.now()
    clock.now += 5.0
    lease.renewed(lease.now())
    lease.renewed(early)
    clock.now += 7.0
    assert lease.holds()


def test_a_renewed_lease_holds_again_and_one_that_was_given_up_never_more():
    clock = Clock()
    lease = Lease(10.0, clock)
    lease.renewed(lease.now())
    clock.now += 60.0
    assert not lease.holds()
    lease.renewed(lease.now())
    assert lease.holds()
    lease.end()
    lease.renewed(lease.now())
    assert not lease.holds()


def test_short_leases_have_short_margins():
    clock = Clock()
    lease = Lease(2.0, clock)
    lease.renewed(lease.now())
    clock.now += 1.5
    assert lease.holds()
