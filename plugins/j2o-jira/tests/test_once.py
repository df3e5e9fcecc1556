"""What is read once for all that ask."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from j2o_core.api import Refused, Retriable
from j2o_jira.once import Once


def test_many_that_ask_at_once_are_told_the_same_by_one_request():
    once, began, asked = Once(), threading.Event(), []

    def read():
        asked.append(1)
        began.wait(5)
        return {"id": "1"}

    with ThreadPoolExecutor(4) as workers:
        waiting = [workers.submit(once, "a", read) for _ in range(4)]
        began.set()
        answers = [one.result(5) for one in waiting]
    assert len(asked) == 1 and all(answer is answers[0] for answer in answers)
    assert once("b", lambda: 2) == 2


def test_a_refusal_is_one_for_all_and_a_trouble_that_passes_is_not():
    once, refusal, answers = Once(), Refused("no", 403), [Retriable("busy"), "there"]

    def refuse():
        raise refusal

    for _ in range(2):
        with pytest.raises(Refused, match="no"):
            once("a", refuse)

    def busy():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(Retriable):
        once("b", busy)
    assert once("b", busy) == "there"
