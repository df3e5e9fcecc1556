"""Sprints, boards, saved filters and dashboards."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Iterable, Iterator, Mapping, Optional

from .finding import Comparison
from .jql import Clause, Order, read_jql
from .left_out import NOT_ASKED, LeftOut
from .moments import days, instant, instants
from .target import Target, folded, id_of
from .words import markdown_words, missing_words, words

Json = Mapping[str, Any]

#: what links issues to names that a table may change
_NAMED = {"issuetype": "type", "type": "type", "status": "status", "priority": "priority"}
_SORTED = {"created": "createdAt", "updated": "updatedAt", "key": "id", "issuekey": "id", "due": "dueDate"}
#: an order of Jira's that no other program knows
_RANK = "rank"


class Views:
    """Compares how people look at issues; ``issues`` by id tell what became of types, statuses and priorities."""

    def __init__(
        self,
        result: Comparison,
        target: Target,
        left_out: LeftOut,
        issues: Mapping[str, Json],
        projects: Iterable[Json],
        finished: bool,
    ) -> None:
        self.result = result
        self.target = target
        self.left_out = left_out
        self.issues = issues
        self.projects = {str(one["key"]): str(one.get("name") or one["key"]) for one in projects}
        self.finished = finished
        self.queries = {str(row["id"]): row for row in target.state.get("queries", ())}

    # ------------------------------------------------------------------ sprints

    def sprint(self, sprint: Json) -> None:
        """A version or a sprint in a project of its board: name, days, goal, whether it is over."""
        if not self.left_out.reads("sprints"):
            self.result.skipped("Sprint", NOT_ASKED)
            return
        item = f"{sprint['name']} ({sprint['id']})"
        row = self._sprint(sprint)
        if row is None:
            reasons = [self.left_out.item("sprints", f"{one['id']}:{sprint['id']}") for one in sprint["projects"]]
            self._absent("Sprint", item, next((reason for reason in reasons if reason), None))
            return
        self.result.found("Sprint", "version" if row["_type"] == "Version" else "sprint of OpenProject")
        gone = missing_words(words(sprint["name"]), words(row["name"]))
        self.result.check(not gone, "Sprint: name", "name", item, row["name"])
        if row["_type"] != "Version":
            return  # that of an administrator, kept as it is
        text = str(row["description"]["raw"] or "")
        for name, attribute in (("startDate", "startDate"), ("endDate", "endDate")):
            if sprint.get(name):
                day = str(sprint[name])[:10]
                self.result.check(row[attribute] == day, f"Sprint: {name}", attribute, item, (day, row[attribute]))
        if sprint.get("completeDate"):
            told = instant(sprint["completeDate"]) in instants(text) or sprint["completeDate"][:10] in days(text)
            self.result.check(told, "Sprint: completeDate", "description", item, (sprint["completeDate"], text))
        if sprint.get("goal"):
            gone = missing_words(words(sprint["goal"]), markdown_words(text))
            self.result.check(not gone, "Sprint: goal", "description", item, gone)
        if self.finished:
            over = sprint["state"] == "closed"
            self.result.check(
                over == (row["status"] == "closed"), "Sprint: state", "status", item, (sprint["state"], row["status"])
            )

    def _sprint(self, sprint: Json) -> Optional[Json]:
        names = [str(one["name"]) for one in sprint["projects"]]
        homes = {str(home["id"]) for home in map(self.target.project, names) if home is not None}
        for row in self.target.state["versions"]:
            mark = re.search(r"j2o-\S+-s\S*%3A(\d+);\s*$", str(row["description"]["raw"] or ""))
            if mark and mark[1] == str(sprint["id"]) and id_of(row["_links"]["definingProject"]) in homes:
                return dict(row)
        for row in self.target.state.get("sprints", ()):
            if folded(row["name"]) == folded(sprint["name"]) and id_of(row["_links"]["definingWorkspace"]) in homes:
                return dict(row)
        return None

    # ------------------------------------------------------------------ boards

    def board(self, board: Json) -> None:
        """A board in one of its projects with its columns in their order, each with its statuses."""
        if not self.left_out.reads("boards"):
            self.result.skipped("Board", NOT_ASKED)
            return
        item = f"{board['name']} ({board['id']})"
        row = next((one for one in self.target.state.get("grids", ()) if _has_mark(one["options"], "b", board)), None)
        if row is None:
            self._absent("Board", item, self.left_out.item("boards", board["id"]))
            return
        self.result.found("Board", "board")
        self.result.check(words(board["name"]) == words(row["name"]), "Board: name", "name", item, row["name"])
        scope = str(row["_links"]["scope"]["href"])
        homes = [home for one in board["projects"] if (home := self.target.project(str(one["name"])))]
        at_home = any(f"/{home['identifier']}/" in scope for home in homes)
        self.result.check(at_home, "Board: project", "scope", item, scope)
        widgets = sorted(row["widgets"], key=lambda widget: int(widget["startColumn"]))
        shown = [self.queries.get(str(widget["options"]["queryId"])) for widget in widgets]
        at = 0
        for position, column in enumerate(board["configuration"]["columnConfig"]["columns"]):
            name = f"{item}: {column['name']}"
            query = shown[at] if at < len(shown) else None
            if query is not None and words(query["name"]) == words(column["name"]):
                at += 1
                self.result.found("Board: column", "column, a saved query")
                self._column(name, board, column, query)
            else:
                self._absent("Board: column", name, self.left_out.item("board_columns", f"{board['id']}:{position}"))

    def _column(self, item: str, board: Json, column: Json, query: Json) -> None:
        shown = {title for _, title in _filter(query, "status")}
        more, unknown = set(shown), 0
        for status in column["statuses"]:
            named = self.became("status").get(str(status["id"]))
            if named is None:  # no issue that has arrived has it: it may be called anything
                unknown += 1
                continue
            more -= named
            holds = bool(named & shown)
            self.result.check(holds, "Board: status of a column", "filter of the query", item, (named, shown))
        if len(more) > unknown:
            self.result.lacks("Board: status of a column", item, f"shows more: {sorted(more)}")
        self._projects("Board: projects it looks over", item, query, {str(one["name"]) for one in board["projects"]})

    # ------------------------------------------------------------------ saved filters and dashboards

    def saved_filter(self, saved: Json) -> None:
        """A query that asks the same, in a menu; or the reason, for what OpenProject cannot ask."""
        if not self.left_out.reads("queries"):
            self.result.skipped("Saved filter", NOT_ASKED)
            return
        item = f"{saved['name']} ({saved['id']})"
        row = next((one for one in self.queries.values() if _has_mark(one["filters"], "q", saved)), None)
        if row is None:
            self._absent("Saved filter", item, self.left_out.item("queries", saved["id"]))
            return
        self.result.found("Saved filter", "query")
        self.result.check(words(saved["name"]) == words(row["name"]), "Saved filter: name", "name", item, row["name"])
        shared = bool(saved.get("sharePermissions"))
        self.result.check(shared == row["public"], "Saved filter: who sees it", "public", item, row["public"])
        in_menu = any(id_of(view["_links"]["query"]) == str(row["id"]) for view in self.target.state["views"])
        self.result.check(in_menu, "Saved filter: menu", "view", item, "no view shows it")
        asked = read_jql(str(saved["jql"]))
        if asked is None:
            self.result.lacks("Saved filter: condition", item, f"not understood: {saved['jql']}")
            return
        for clause in asked.clauses:
            self._clause(item, clause, row)
        self._order(item, asked.order, row)

    def _clause(self, item: str, clause: Clause, query: Json) -> None:
        kind = "Saved filter: condition"
        if clause.field == "project":
            self._projects(kind, item, query, {self.projects.get(name, name) for name in clause.values})
            return
        if clause.field in _NAMED:
            link = _NAMED[clause.field]
            shown = {title for _, title in _filter(query, link)}
            holds = all((self.became(link).get(value) or {value}) & shown for value in clause.values)
        elif (clause.field, clause.values) == ("resolution", ("EMPTY",)):
            holds = _operator(query, "status") == "o"
        elif clause.values == ("currentUser()",):
            holds = any(number == "me" for number, _ in _filter(query, clause.field))
        else:
            holds = False
        self.result.check(holds, kind, "filters of the query", item, clause)

    def _order(self, item: str, order: Iterable[Order], query: Json) -> None:
        held = [id_of(one) for one in query["_links"]["sortBy"]]
        for one in order:
            if one.field == _RANK:
                self.result.skipped("Saved filter: order", "rank: an order that only Jira knows")
                continue
            wanted = f"{_SORTED.get(one.field, one.field)}-{'desc' if one.descending else 'asc'}"
            self.result.check(wanted in held, "Saved filter: order", "order of the query", item, (wanted, held))

    def _projects(self, kind: str, item: str, query: Json, names: set[str]) -> None:
        """The projects that a query looks over: its own, or those that it filters by."""
        own = query["_links"]["project"]
        shown = {title for _, title in _filter(query, "project")} or ({own["title"]} if own.get("href") else set())
        self.result.check(shown == names, kind, "project of the query", item, (names, shown))

    def dashboard(self, dashboard: Json) -> None:
        """Its name stands in the report."""
        if not self.left_out.reads("dashboards"):
            self.result.skipped("Dashboard", NOT_ASKED)
            return
        becomes = self.left_out.listed("dashboards", "dashboards", str(dashboard["name"]))
        self.result.check(
            becomes is not None, "Dashboard", f"the report: {becomes}", dashboard["name"], dashboard["id"]
        )

    # ------------------------------------------------------------------ what became of names

    def became(self, link: str) -> Mapping[str, set[str]]:
        """What types, statuses or priorities are called on the target, by name and by id, as the issues tell."""
        return self._became[link]

    @cached_property
    def _became(self) -> Mapping[str, Mapping[str, set[str]]]:
        found: dict[str, dict[str, set[str]]] = {link: {} for link in _NAMED.values()}
        for id, held in self.target.work_packages.items():
            fields = (self.issues.get(id) or {}).get("fields") or {}
            for name in ("issuetype", "status", "priority"):
                value = fields.get(name)
                for _, title in held.link(_NAMED[name]) if value else ():
                    for known in (str(value["name"]), str(value["id"])):
                        found[_NAMED[name]].setdefault(known, set()).add(title)
        return found

    def _absent(self, kind: str, item: str, reason: Optional[str]) -> None:
        if reason is None:
            self.result.lacks(kind, item, "nothing bears its mark, and no list names it")
        else:
            rule, _, why = reason.partition(": ")
            self.result.skipped(kind, rule if kind == "Saved filter" else why or rule)  # whose filter it is varies


def _filters(query: Json, name: str) -> Iterator[Json]:
    return (one for one in query["filters"] if id_of(one["_links"]["filter"]) == name)


def _filter(query: Json, name: str) -> list[tuple[str, str]]:
    """Id and title of what a filter asks for."""
    values = [value for one in _filters(query, name) for value in one["_links"].get("values") or ()]
    return [(id_of(value), str(value.get("title") or "")) for value in values]


def _operator(query: Json, name: str) -> str:
    return next((str(one["_links"]["operator"]["title"]) for one in _filters(query, name)), "")


def _has_mark(value: Any, letter: str, origin: Json) -> bool:
    """Whether the mark of something stands anywhere in a value."""
    if isinstance(value, dict):
        return any(_has_mark(one, letter, origin) for one in value.values())
    if isinstance(value, list):
        return any(_has_mark(one, letter, origin) for one in value)
    return re.fullmatch(rf"j2o-[a-z0-9-]+?-{letter}{origin['id']}", str(value)) is not None
