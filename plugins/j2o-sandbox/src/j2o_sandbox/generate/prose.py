"""Summaries, descriptions and comments: drawn from the vocabulary, with every construct a body can hold."""

from __future__ import annotations

import random
from typing import List, Mapping, Sequence, Tuple

from j2o_sandbox.generate import lists, words
from j2o_sandbox.generate.richtext import Block, Inline, RichText


def summary(rng: random.Random, type_id: str, position: int) -> str:
    """One line that fits the type; every thirteenth is hostile."""
    if position % 13 == 7:
        line = words.HOSTILE[position // 13 % len(words.HOSTILE)]
        return line.replace("\r\n", " ")[:200]
    if type_id == lists.EPIC:
        return words.EPICS[position * 7 % len(words.EPICS)]
    if type_id == lists.STORY:
        role, wish = words.ROLES[rng.randrange(len(words.ROLES))], words.WISHES[rng.randrange(len(words.WISHES))]
        return f"As {'an' if role[0] in 'aeiou' else 'a'} {role} I want to {wish}"
    if type_id == lists.BUG:
        thing = words.THINGS[rng.randrange(len(words.THINGS))]
        failure = words.FAILURES[rng.randrange(len(words.FAILURES))]
        line = f"{thing} {failure} {words.CONDITIONS[rng.randrange(len(words.CONDITIONS))]}"
        return line[0].upper() + line[1:]
    if type_id == lists.SUBTASK:
        return f"{words.SUBTASKS[rng.randrange(len(words.SUBTASKS))]} {words.THINGS[rng.randrange(len(words.THINGS))]}"
    return f"{words.VERBS[rng.randrange(len(words.VERBS))]} {words.OBJECTS[rng.randrange(len(words.OBJECTS))]}"


def description(
    rng: random.Random,
    type_id: str,
    position: int,
    people: Sequence[str],
    names: Mapping[str, str],
    keys: Sequence[str],
    files: Sequence[Tuple[str, str]],
) -> RichText:
    """A body of two to six blocks; ``files`` are names and ids of attachments that an image may show."""
    blocks = _lead(rng, type_id)
    blocks.append(("paragraph", _sentences(rng, people, keys)))
    if position % 13 == 7 or rng.random() < 0.04:
        blocks.append(("paragraph", [words.HOSTILE[position // 13 % len(words.HOSTILE)]]))
    blocks.extend(_extras(rng, people, keys))
    images = [file for file in files if file[0].endswith(".png")]
    if images:
        blocks.append(("image", *images[0]))
    if rng.random() < 0.3:
        blocks.append(("heading", 3, "Acceptance"))
        blocks.append(("list", False, [[words.SENTENCES[rng.randrange(len(words.SENTENCES))]] for _ in range(3)]))
    return RichText(tuple(blocks), names)


def comment(
    rng: random.Random, number: int, people: Sequence[str], names: Mapping[str, str], keys: Sequence[str]
) -> RichText:
    """A short body; the ``number`` decides which comments are hostile."""
    blocks: List[Block] = [("paragraph", _sentences(rng, people, keys))]
    if number % 29 == 11:
        blocks.append(("paragraph", [words.HOSTILE[number // 29 % len(words.HOSTILE)]]))
    if rng.random() < 0.25:
        blocks.extend(_extras(rng, people, keys))
    return RichText(tuple(blocks), names)


def _lead(rng: random.Random, type_id: str) -> List[Block]:
    """How people of the trade begin: steps for a bug, a reason for a story, a heading for the rest."""
    if type_id == lists.BUG and rng.random() < 0.6:
        thing = words.THINGS[rng.randrange(len(words.THINGS))]
        steps: List[List[Inline]] = [
            [f"Sign in {words.CONDITIONS[rng.randrange(len(words.CONDITIONS))]}"],
            ["Open ", ("bold", thing), " and wait for it to load"],
            [f"Observe that it {words.FAILURES[rng.randrange(len(words.FAILURES))]}"],
        ]
        return [("heading", 3, "Steps to reproduce"), ("list", True, steps)]
    if type_id == lists.STORY and rng.random() < 0.6:
        role = words.ROLES[rng.randrange(len(words.ROLES))]
        return [("paragraph", [("bold", "Why:"), f" every {role} asks for it, most of all since the spring campaign."])]
    return [("heading", 2, "Background")] if rng.random() < 0.4 else []


def _sentences(rng: random.Random, people: Sequence[str], keys: Sequence[str]) -> List[Inline]:
    inlines: List[Inline] = []
    for _ in range(1 + rng.randrange(3)):
        inlines.append(words.SENTENCES[rng.randrange(len(words.SENTENCES))] + " ")
    draw = rng.random()
    if draw < 0.18 and people:
        inlines += [("mention", people[rng.randrange(len(people))]), " can you have a look?"]
    elif draw < 0.34 and keys:
        inlines.append(f"See {keys[rng.randrange(len(keys))]} for the details.")
    elif draw < 0.44:
        inlines += ["The flag is ", ("mono", "shop.checkout.v2=true"), ", ", ("bold", "please keep it off"), "."]
    elif draw < 0.5:
        inlines += ["The plan is in ", ("link", "the wiki", "https://wiki.example.com/plan?page=1&v=2"), "."]
    else:
        inlines[-1] = str(inlines[-1]).rstrip()
    return inlines


def _extras(rng: random.Random, people: Sequence[str], keys: Sequence[str]) -> List[Block]:
    found: List[Block] = []
    draw = rng.random()
    if draw < 0.25:
        found.append(("code", *_code(rng)))
    elif draw < 0.45:
        found.append(("list", rng.random() < 0.5, [_sentences(rng, people, keys) for _ in range(2 + rng.randrange(3))]))
    elif draw < 0.55:
        rows = [(name, str(rng.randrange(900)), f"{rng.randrange(99)} ms") for name in ("p50", "p95", "p99")]
        found.append(("table", ("Percentile", "Requests", "Latency"), rows))
    elif draw < 0.63:
        found.append(("quote", words.SENTENCES[rng.randrange(len(words.SENTENCES))]))
    elif draw < 0.7:
        found.append(("panel", words.SENTENCES[rng.randrange(len(words.SENTENCES))]))
    return found


def _code(rng: random.Random) -> Tuple[str, str]:
    return words.CODE[rng.randrange(len(words.CODE))]
