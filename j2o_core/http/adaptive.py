"""The adaptive limit: how many requests a server bears at the same time, found from its answers. Pure functions.

Requests that wait in a server's queue take longer than they take alone. How much longer, against a baseline *for each
operation*, tells which share of those under way only waits (``queued``); the limit follows the others, plus a little,
and so stays at the knee. Now and then it goes below, where nothing waits, to learn the baselines. Times in seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Mapping, Optional

#: what the limit may exceed the requests that are worked on by: a share of them, more where answers are noisy (for each
#: relative deviation) and while nothing waits, and a part of one
HEADROOM, HEADROOM_OF_NOISE, MOST_HEADROOM, SPARE = 0.08, 0.25, 1.0, 0.25
#: how far the knee moves in one round towards where it should be
SMOOTHING = 0.5
#: what is left of the limit when the server refuses; at most one cut in so many seconds
CUT, CUT_EVERY = 0.7, 1.0
#: seconds for which a number of requests that was refused is not tried again: at least, after a refusal, at most
SHORTEST_HOLD, HOLD, LONGEST_HOLD = 2.0, 15.0, 240.0
#: seconds of a cycle of seeking at the knee and resting below it; how far below, as a share
CYCLE, REST = 20.0, 0.75
#: rounds that seeking and resting last at least; the first one after a change still sees what was before
SEEK_ROUNDS, REST_ROUNDS = 3, 2
#: samples of an operation before its baseline is believed; samples that weigh as much as all earlier ones
KNOWN, WEIGHT = 4, 60
#: rounds in a row that must agree before what one noisy round could say is believed
SURE = 3
#: the error of a round's mean that is aimed at, and the most samples that are spent on it
ERROR, MOST_SAMPLES = 0.09, 100
#: shares of waiting: none to speak of, and so much that it should get less when the limit falls
CALM, BUSY = 0.15, 0.25
#: an answer so many times slower than its baseline counts as that slow: one straggler is no queue
STRAGGLER = 5.0

SEEKING, RESTING = "seeking", "resting"


@dataclass(frozen=True)
class Bounds:
    """``maximum`` requests at the same time; ``courtesy``: the share of the capacity that is used, above 0 to 1."""

    maximum: int
    courtesy: float = 1.0


@dataclass(frozen=True)
class Baseline:
    """What an operation takes where nothing waits: seconds, how many samples say so, at how many requests at once."""

    seconds: float
    samples: float
    at: int


@dataclass(frozen=True)
class Round:
    """What was seen since the last step: number, seconds and their squares, summed, by operation.

    ``full``: the limit was reached.
    """

    times: Mapping[str, tuple[int, float, float]]
    full: bool


@dataclass(frozen=True)
class State:
    """What is known. ``knee``: the requests that the server bears at once; ``ceiling``: so many it has refused.

    ``ceiling`` is not tried again before ``ceiling_until``, ``hold`` seconds after it was met. ``borne``: requests
    under way at the last cut that were not refused since. ``fall`` is the limit at which requests began to wait, and
    how many times longer than alone they took there. ``noise`` is the square of the relative deviation of single
    answers; ``calm`` and ``streak`` count rounds in a row, see ``_move`` and ``_streak``.
    """

    knee: float
    baselines: Mapping[str, Baseline] = field(default_factory=dict)
    phase: str = SEEKING
    since: float = 0.0
    rounds: int = 0
    starting: bool = True
    ceiling: Optional[int] = None
    ceiling_until: float = 0.0
    hold: float = HOLD
    cut_at: float = float("-inf")
    borne: int = 0
    fall: Optional[tuple[int, float]] = None
    noise: float = 0.15
    calm: int = 0
    streak: int = 0


def begin(bounds: Bounds, now: float) -> State:
    """The first state: two requests at once."""
    return State(knee=float(min(2, bounds.maximum)), since=now)


def allowed(state: State, bounds: Bounds) -> int:
    """How many requests may be under way: at least one."""
    wanted = int(state.knee)
    if state.phase == RESTING:
        wanted = int(state.knee * min(REST, bounds.courtesy / (1.0 + _headroom(state))) + 0.5)
    return max(1, min(bounds.maximum, wanted))


def samples_wanted(state: State, bounds: Bounds) -> int:
    """How many answers make a round."""
    wanted = max(8, 2 * allowed(state, bounds))
    return wanted if state.starting else max(wanted, min(MOST_SAMPLES, int(state.noise / ERROR**2)))


def clipped(state: State, operation: str, seconds: float) -> float:
    """The time of one answer as it counts."""
    known = state.baselines.get(operation)
    return seconds if known is None or known.samples < KNOWN else min(seconds, STRAGGLER * known.seconds)


def refused(state: State, bounds: Bounds, others: int, now: float) -> State:
    """The server has refused a request (429, 503) with ``others`` under way: cut, and remember where it was."""
    if now - state.cut_at < CUT_EVERY:
        # Not cut again, but trimmed to what the server evidently bears: of those that were under way what was not
        # refused. What has ended meanwhile was borne as well.
        borne = state.borne - 1
        bears = max(borne, others, 1, int(CUT**2 * state.knee))
        ceiling = min(state.ceiling or bears + 1, bears + 1)
        return replace(state, knee=min(state.knee, bears + 0.99), ceiling=ceiling, borne=borne)
    at = allowed(state, bounds)
    # What fails one step above a number that held for long was a probe: back to that number is far enough.
    probing = state.ceiling is not None and at >= state.ceiling - 1 and now - state.cut_at > HOLD / 2
    hold = min(LONGEST_HOLD, max(HOLD, 2 * state.hold)) if probing else HOLD
    return replace(
        state,
        knee=max(1.0, at - 1 + 0.99 if probing else at * CUT),
        starting=False,
        ceiling=at,
        ceiling_until=now + hold,
        hold=hold,
        cut_at=now,
        borne=others,
        fall=None,
        calm=0,
    )


def step(state: State, bounds: Bounds, seen: Round, now: float) -> State:
    """The state after a round."""
    state = _lift_ceiling(state, bounds, now)
    number = {name: count for name, (count, _, _) in seen.times.items() if _known(state, name)}
    alone = sum(state.baselines[name].seconds * count for name, count in number.items())
    taken = sum(seen.times[name][1] for name in number)
    doubt = _doubt(state, seen, number, taken)
    settled = state.rounds > 0
    state = replace(state, rounds=state.rounds + 1, noise=_noise(state, seen))
    if not alone:
        return _learn(state, bounds, seen, settled)
    queued = 1.0 - alone / taken
    state = replace(state, streak=_streak(state.streak, queued, doubt))
    if state.streak <= -SURE:  # the server has become faster
        return _scale(replace(state, streak=0), taken / alone)
    state = _learn(state, bounds, seen, state.phase == RESTING and settled and queued - 2.0 * doubt < BUSY)
    state = _against_a_slower_server(state, bounds, seen, queued)
    moved = _move(state, bounds, queued, doubt, seen.full, settled)
    return _turn(moved, bounds, moved.knee > 1.03 * state.knee, now)


def _move(state: State, bounds: Bounds, queued: float, doubt: float, full: bool, settled: bool) -> State:
    knee = state.knee
    if state.phase == RESTING:
        worked_on = allowed(state, bounds) * (1.0 - queued)
        wanted = worked_on * (1.0 + _headroom(state)) + SPARE
        if settled and full and state.streak >= SURE and wanted < knee:
            knee += SMOOTHING * (wanted - knee)
    elif state.starting and not settled:
        return state
    elif full and state.starting and queued - doubt < CALM:
        knee *= 2.0
        state = replace(state, rounds=0)
    elif full:
        calm = state.calm + 1 if queued < CALM / 2 else 0
        headroom = min(MOST_HEADROOM, _headroom(state) * 2.0 ** max(0, calm - 1))
        wanted = knee * (1.0 - queued) * (1.0 + headroom) + SPARE
        knee += SMOOTHING * (wanted - knee)
        state = replace(state, starting=False, calm=calm)
    if state.ceiling is not None:
        knee = min(knee, state.ceiling - 0.01)
    return replace(state, knee=max(1.0, min(knee, bounds.maximum + 0.99)))


def _headroom(state: State) -> float:
    return HEADROOM + HEADROOM_OF_NOISE * math.sqrt(max(0.0, state.noise))


def _turn(state: State, bounds: Bounds, growing: bool, now: float) -> State:
    """From seeking to resting and back, so that the average is the courteous share of the knee."""
    rest = min(bounds.courtesy, REST)
    seeking = (bounds.courtesy - rest) / (1.0 - rest)
    lasts = CYCLE * (seeking if state.phase == SEEKING else 1.0 - seeking)
    least = SEEK_ROUNDS if state.phase == SEEKING else REST_ROUNDS
    if state.starting or state.rounds < least or now - state.since < lasts:
        return state
    if state.phase == SEEKING and growing and bounds.courtesy <= REST and state.rounds < 5 * SEEK_ROUNDS:
        return state
    return replace(state, phase=RESTING if state.phase == SEEKING else SEEKING, since=now, rounds=0)


def _lift_ceiling(state: State, bounds: Bounds, now: float) -> State:
    if state.ceiling is None or now < state.ceiling_until:
        return state
    if state.ceiling > bounds.maximum:
        return replace(state, ceiling=None, hold=HOLD)
    hold = state.hold if now - state.cut_at < 2 * state.hold else max(SHORTEST_HOLD, state.hold / 2)
    return replace(state, ceiling=state.ceiling + max(1, state.ceiling // 10), ceiling_until=now + hold, hold=hold)


def _known(state: State, operation: str) -> bool:
    known = state.baselines.get(operation)
    return known is not None and known.samples >= KNOWN


def _streak(streak: int, queued: float, doubt: float) -> int:
    """Rounds in a row that were surely busy (above zero), or surely quicker than the baselines (below)."""
    if queued - doubt > CALM:
        return max(0, streak) + 1
    return min(0, streak) - 1 if queued + doubt < -CALM else 0


def _doubt(state: State, seen: Round, number: Mapping[str, int], taken: float) -> float:
    """How far the share of waiting may be off, by the noise of the round and of the baselines."""
    if not taken:
        return 0.0
    weights = {name: seen.times[name][1] / taken for name in number}
    rounds = sum(weight**2 / number[name] for name, weight in weights.items())
    known = sum(weight**2 / min(state.baselines[name].samples, WEIGHT) for name, weight in weights.items())
    return math.sqrt(state.noise * (rounds + known))


def _noise(state: State, seen: Round) -> float:
    """The square of the relative deviation of single answers, smoothed."""
    parts = [
        (count, count * squares / seconds**2 - 1.0) for count, seconds, squares in seen.times.values() if count > 1
    ]
    samples = sum(count for count, _ in parts)
    if not samples:
        return state.noise
    now = sum(count * part for count, part in parts) / samples
    return state.noise + (now - state.noise) * samples / (samples + WEIGHT)


def _learn(state: State, bounds: Bounds, seen: Round, calm: bool) -> State:
    """Learn from answers that did not wait: ``calm`` ones, and any at no more requests at once than those before."""
    learnt, at = dict(state.baselines), allowed(state, bounds)
    for name, (count, seconds, _) in seen.times.items():
        old = learnt.get(name, Baseline(0.0, 0.0, at))
        if old.samples >= KNOWN and not calm and at > old.at:
            continue
        held = min(old.samples, WEIGHT)
        mean = (old.seconds * held + seconds) / (held + count)
        learnt[name] = Baseline(mean, old.samples + count, max(old.at, at))
    return replace(state, baselines=learnt)


def _scale(state: State, factor: float) -> State:
    scaled = {name: replace(old, seconds=old.seconds * factor) for name, old in state.baselines.items()}
    return replace(state, baselines=scaled, fall=None)


def _against_a_slower_server(state: State, bounds: Bounds, seen: Round, queued: float) -> State:
    """Where fewer requests at once do not take less time each, they do not wait: the server is slower than it was."""
    if queued < CALM:
        return replace(state, fall=None) if state.fall else state
    if queued < BUSY or not seen.full:
        return state
    at, slower = allowed(state, bounds), 1.0 / (1.0 - queued)
    if state.fall is None:
        return replace(state, fall=(at, slower))
    began, then = state.fall
    if at > max(1, began // 2):
        return state
    return _scale(state, slower) if slower > 0.8 * then else replace(state, fall=(at, slower))
