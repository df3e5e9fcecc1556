"""JQL is read into trees, and anything that is none is refused in one way."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from j2o_jira.filters.parser import DEEPEST, parse, written
from j2o_jira.filters.tokens import JqlError
from j2o_jira.filters.tree import And, Call, Clause, Empty, Listed, Not, Or, Order, Query, Value


def clause(field, operator, *values, **more):
    listed = Listed(tuple(map(Value, values)))
    return Clause(field, operator, listed if operator.endswith("in") else Value(values[0]), **more)


@pytest.mark.parametrize(
    ("jql", "tree"),
    [
        ("", Query()),
        ("order by Rank", Query(None, (Order("Rank"),))),
        (
            "project = ACME AND status != Done order by created DESC, key asc",
            Query(
                And((clause("project", "=", "ACME"), clause("status", "!=", "Done"))),
                (Order("created", True), Order("key", False)),
            ),
        ),
        (
            "a = 1 or b=2 && c=3",
            Query(Or((clause("a", "=", "1"), And((clause("b", "=", "2"), clause("c", "=", "3")))))),
        ),
        ("!(a in (x, 'y z')) ", Query(Not(clause("a", "in", "x", "y z")))),
        ("a not in (x)", Query(clause("a", "not in", "x"))),
        ("a is not EMPTY", Query(Clause("a", "is not", Empty()))),
        ('a = "EMPTY"', Query(clause("a", "=", "EMPTY"))),
        ("cf[10010] >= -7d", Query(clause("cf[10010]", ">=", "-7d"))),
        ("issue.property[a.b].c = 1", Query(clause("issue.property[a.b].c", "=", "1"))),
        ('"Epic Link" in linkedIssues(A-1, "is blocked by")', None),
        (
            "assignee in (currentUser(), membersOf('devs'))",
            Query(Clause("assignee", "in", Listed((Call("currentUser"), Call("membersOf", ("devs",)))))),
        ),
        (
            'status was not in (A) before "2020/01/01" by currentUser()',
            Query(
                Clause(
                    "status",
                    "was not in",
                    Listed((Value("A"),)),
                    (("before", Value("2020/01/01")), ("by", Call("currentUser"))),
                )
            ),
        ),
        ("status changed", Query(Clause("status", "changed"))),
        (r'summary ~ "\"a b\" \\ \u0041"', Query(clause("summary", "~", '"a b" \\ A'))),
    ],
)
def test_a_query_becomes_a_tree(jql, tree):
    found = parse(jql)
    assert tree is None or found == tree
    assert parse(written(found)) == found


@pytest.mark.parametrize(
    ("jql", "message"),
    [
        ("a", r"expected an operator, found the end \(at character 2\)"),
        ("a = ", "expected a value"),
        ("a = b c = d", "expected AND, OR or ORDER BY, found 'c'"),
        ("a = (b)", "a list behind '='"),
        ("a in b", "no list behind 'in'"),
        ("(a = b", r"expected '\)'"),
        ('a = "b', "a quotation mark that nothing closes"),
        ("a = [", r"an unexpected '\['"),
        ("order created", "expected BY"),
        ("(" * 5000 + "a = b", f"deeper than {DEEPEST}"),
        ("not " * 5000 + "a = b", f"deeper than {DEEPEST}"),
    ],
)
def test_what_is_no_query_is_refused_with_its_place(jql, message):
    with pytest.raises(JqlError, match=message):
        parse(jql)


_TEXT = st.text(max_size=12)
_NAMES = st.text(alphabet=st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=12)
_VALUES = st.one_of(
    st.builds(Value, _TEXT),
    st.just(Empty()),
    st.builds(Call, _NAMES, st.lists(_TEXT, max_size=3).map(tuple)),
)
_LISTS = st.builds(Listed, st.lists(_VALUES, min_size=1, max_size=3).map(tuple))
_HISTORY = st.lists(st.tuples(st.sampled_from(["after", "by", "during"]), st.one_of(_VALUES, _LISTS)), max_size=2)
_CLAUSES = st.one_of(
    st.builds(Clause, _NAMES, st.sampled_from(["=", "!=", "~", "<=", "is", "is not"]), _VALUES),
    st.builds(Clause, _NAMES, st.sampled_from(["in", "not in"]), _LISTS),
    st.builds(Clause, _NAMES, st.sampled_from(["was", "was not"]), _VALUES, _HISTORY.map(tuple)),
    st.builds(Clause, _NAMES, st.just("changed"), st.none(), _HISTORY.map(tuple)),
)
_CONDITIONS = st.recursive(
    _CLAUSES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)
_ORDERS = st.lists(st.builds(Order, _NAMES, st.sampled_from([None, True, False])), max_size=3).map(tuple)
_EXAMPLES = settings(suppress_health_check=list(HealthCheck))


@_EXAMPLES
@given(st.builds(Query, st.one_of(st.none(), _CONDITIONS), _ORDERS))
def test_a_tree_that_is_written_is_read_again_as_it_was(query):
    assert parse(written(query)) == query


_WORDS = ["a", "and", "or", "not", "in", "is", "was", "empty", "order", "by"]
_PIECES = [*_WORDS, "=", "!=", "(", ")", ",", "!", '"', "'", "\\", "["]


@_EXAMPLES
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(_PIECES), max_size=14).map(" ".join)))
def test_no_text_breaks_the_parser(text):
    try:
        found = parse(text)
    except JqlError as error:
        assert 1 <= error.position <= len(text) + 1
    else:
        assert parse(written(found)) == found
