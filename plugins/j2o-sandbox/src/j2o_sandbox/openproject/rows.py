"""What the server stores: one small slotted class per kind of thing.

Rows are never changed in place: a change is a copy that is put into the store. Dates and times are kept as the
text the API shows, times entry hours and work as hours (float), ids as whole numbers.
"""

from __future__ import annotations

from typing import Any, ClassVar, Dict, Tuple, Type, TypeVar

R = TypeVar("R", bound="Row")


class Row:
    """A stored thing with an id."""

    __slots__ = ("id",)
    KIND: ClassVar[str] = ""
    FIELDS: ClassVar[Tuple[str, ...]] = ()
    DEFAULTS: ClassVar[Dict[str, Any]] = {}

    id: int

    def __init__(self, **values: Any) -> None:
        defaults = self.DEFAULTS
        for name in self.FIELDS:
            setattr(self, name, values[name] if name in values else defaults.get(name))

    def copy(self: R, **changes: Any) -> R:
        """A copy with some values changed."""
        twin: R = object.__new__(type(self))
        for name in self.FIELDS:
            setattr(twin, name, changes[name] if name in changes else getattr(self, name))
        return twin

    def dump(self) -> Dict[str, Any]:
        """The values that are not defaults, as plain data."""
        defaults = self.DEFAULTS
        values = {}
        for name in self.FIELDS:
            value = getattr(self, name)
            if value is not None and (name not in defaults or value != defaults[name]):
                values[name] = value
        return values


KINDS: Dict[str, Type[Row]] = {}


def row(kind: str, fields: str, /, **defaults: Any) -> Any:
    """A row class for one kind; ``fields`` are separated by blanks."""
    names = ("id", *fields.split())
    body = {"__slots__": names[1:], "KIND": kind, "FIELDS": names, "DEFAULTS": defaults, "__doc__": f"A row of {kind}."}
    KINDS[kind] = type(kind.title().replace("_", ""), (Row,), body)
    return KINDS[kind]


# Users, groups and placeholder users share their ids: ``type`` says which one it is.
Principal = row(
    "principals",
    "type login mail firstname lastname name admin language status identity_url token"
    " members created updated password_digest custom",
    admin=False,
    status="active",
    members=(),
)
Role = row("roles", "name builtin scope permissions", scope="project", permissions=())
WorkType = row(
    "types",
    "name color position is_default is_milestone description statuses transitions created updated",
    is_default=False,
    is_milestone=False,
    statuses=(),
)
Status = row(
    "statuses",
    "name color position is_default is_closed is_readonly excluded default_done_ratio",
    is_default=False,
    is_closed=False,
    is_readonly=False,
    excluded=False,
)
Priority = row("priorities", "name color position is_default active", is_default=False, active=True)
TimeActivity = row("time_entry_activities", "name position is_default active", is_default=False, active=True)
CustomField = row(
    "custom_fields",
    "name format of multi required is_filter for_all options default min_length max_length regexp types searchable"
    " least most position",
    of="work_package",
    multi=False,
    required=False,
    is_filter=False,
    for_all=False,
    searchable=False,
    options=(),
    types=(),
)
CustomOption = row("custom_options", "field value position is_default", is_default=False)
Project = row(
    "projects",
    "identifier former name active public description status explanation parent types modules fields attributes custom"
    " template workspace sequence created updated",
    active=True,
    public=False,
    workspace="project",
    former=(),
    types=(),
    modules=(),
    fields=(),
    attributes=(),
    sequence=0,
)
Membership = row("memberships", "principal project roles inherited created updated", roles=(), inherited=())
Version = row(
    "versions",
    "project name description start end status sharing custom created updated",
    status="open",
    sharing="none",
)
Category = row("categories", "project name assignee")
Sprint = row("sprints", "project name status start finish created updated")
WorkPackage = row(
    "work_packages",
    "project type status priority author assignee responsible category versions sprint story_points parent subject"
    " description start due duration manual ignore_days estimated remaining done derived_estimated derived_remaining"
    " derived_done created updated lock custom watchers sequence",
    manual=False,
    ignore_days=False,
    lock=0,
    versions=(),
    watchers=(),
)
Journal = row(
    "journals",
    "work_package user created updated version notes automatic internal cause details edited",
    version=1,
    notes="",
    automatic=False,
    internal=False,
    details=(),
)
Attachment = row(
    "attachments",
    "file_name file_size content_type digest description author container container_id created prepared",
    description="",
    prepared=False,
)
Relation = row("relations", "source target type lag description")
TimeEntry = row(
    "time_entries",
    "project work_package user logged_by activity hours spent_on comment ongoing custom created updated",
    comment="",
    ongoing=False,
)
News = row("news", "project title summary description author created")
Query = row(
    "queries",
    "name project public starred filters sort_by columns group_by sums include_subprojects show_hierarchies"
    " timeline_visible user created updated",
    public=False,
    starred=False,
    filters=(),
    sort_by=(),
    columns=(),
    sums=False,
    include_subprojects=True,
    show_hierarchies=False,
    timeline_visible=False,
)
View = row("views", "query type created updated")
Grid = row(
    "grids", "project name options rows columns widgets created updated", options={}, rows=1, columns=4, widgets=()
)
Job = row("jobs", "uuid what project payload due status message created")
Meta = row("meta", "name value")
