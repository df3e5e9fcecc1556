"""Search conditions: quoting, and putting a person's own condition beside ours."""

from __future__ import annotations

from typing import Optional, Sequence


def quoted(text: str) -> str:
    """The text as a JQL string, whatever it holds."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def condition_of(jql: str) -> str:
    """A query without its ``ORDER BY``: reading has an order of its own."""
    quote = ""
    position = 0
    while position < len(jql):
        sign = jql[position]
        if quote:
            if sign == "\\":
                position += 1
            elif sign == quote:
                quote = ""
        elif sign in "\"'":
            quote = sign
        elif sign in "oO" and _is_order_by(jql, position):
            return jql[:position].strip()
        position += 1
    return jql.strip()


def project_query(project: str, jql: str, after: Optional[str] = None) -> str:
    """Issues of a project under a person's condition, in key order, those after the key ``after`` alone."""
    clauses = [f"project = {quoted(project)}"]
    condition = condition_of(jql)
    if condition:
        clauses.append(f"({condition})")
    if after is not None:
        clauses.append(f"key > {quoted(after)}")
    return " AND ".join(clauses) + " ORDER BY key ASC"


def chosen_query(project: str, jql: str, ids: Sequence[str]) -> str:
    """Those of the issues with these ids that are in the project and meet a person's condition, in key order."""
    clauses = [f"project = {quoted(project)}"]
    condition = condition_of(jql)
    if condition:
        clauses.append(f"({condition})")
    clauses.append(f"id in ({', '.join(ids)})")
    return " AND ".join(clauses) + " ORDER BY key ASC"


def _is_order_by(jql: str, position: int) -> bool:
    if position > 0 and (jql[position - 1].isalnum() or jql[position - 1] in "_."):
        return False
    words = jql[position : position + 200].split(None, 2)
    return len(words) >= 2 and words[0].lower() == "order" and words[1].lower() == "by"
