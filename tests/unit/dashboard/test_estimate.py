"""How long a run still takes, told from how it went."""

from __future__ import annotations

import pytest

from j2o_core.dashboard.estimate import Pulse


def looked(*looks: tuple[float, int]) -> Pulse:
    pulse = Pulse()
    for at, ended in looks:
        pulse.note(at, ended)
    return pulse


def test_one_look_tells_nothing() -> None:
    assert looked((0.0, 5)).tell(10) == {"rate": None, "least": None, "likely": None, "most": None}


def test_a_steady_pace_is_certain() -> None:
    told = looked(*((float(second), second * 4) for second in range(200))).tell(400)
    assert told["rate"] == pytest.approx(4.0)
    assert (told["least"], told["likely"], told["most"]) == pytest.approx((100.0, 100.0, 100.0))


def test_what_is_in_doubt_is_waited_for_however_fast_the_rest_goes() -> None:
    pulse = looked(*((float(second), second * 4) for second in range(200)))
    told = pulse.tell(20, wait=180.0)
    assert (told["least"], told["likely"], told["most"]) == (180.0, 180.0, 180.0)
    assert pulse.tell(4_000, wait=180.0)["likely"] == pytest.approx(1_000.0)


def test_the_more_the_pace_varies_the_wider_the_range() -> None:
    done, looks = 0, []
    for second in range(240):
        done += 8 if (second // 30) % 2 else 2
        looks.append((float(second), done))
    told = looked(*looks).tell(1_000)
    assert told["least"] < 0.8 * told["likely"] < told["likely"] < 0.8 * told["most"]


def test_what_stands_still_has_no_end_and_old_times_are_forgotten() -> None:
    assert looked((0.0, 7), (60.0, 7)).tell(3)["likely"] is None
    pulse = looked(*((float(second), second * 10) for second in range(300)))
    for second in range(300, 700):
        pulse.note(float(second), 3000 + (second - 300))
    assert pulse.tell(100)["likely"] == pytest.approx(100.0, rel=0.02)


def test_fewer_than_before_is_another_beginning() -> None:
    assert looked((0.0, 100), (10.0, 200), (20.0, 5)).tell(10)["likely"] is None
