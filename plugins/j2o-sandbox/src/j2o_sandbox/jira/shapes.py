"""Everything but issues in the form of an edition: people, projects, versions, sprints, addresses."""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List, Mapping, Optional
from urllib.parse import quote

from j2o_sandbox.jira.accounts import Viewer
from j2o_sandbox.jira.behaviour import Behaviour
from j2o_sandbox.jira.model import Board, Group, Json, Project, RoleActor, Sprint, Tracker, User

_SIZES = {"48x48": "large", "24x24": "small", "16x16": "xsmall", "32x32": "medium"}


class Shapes:
    """Shapes for one API version, address and viewer; people are kept, for they are everywhere."""

    def __init__(self, tracker: Tracker, behaviour: Behaviour, version: str, base: str, viewer: Viewer) -> None:
        self.tracker = tracker
        self.behaviour = behaviour
        self.version = version
        self.base = base
        self.viewer = viewer
        self.rest = f"{base}/rest/api/{version}"
        self.agile = f"{base}/rest/agile/1.0"
        self.cloud = behaviour.cloud
        self.mention: Mapping[str, str] = (
            {name: f"accountid:{user.account_id}" for name, user in tracker.users.items()} if self.cloud else {}
        )
        self.accounts: Mapping[str, str] = {name: user.account_id for name, user in tracker.users.items()}
        self._people: Dict[str, Json] = {}

    def person(self, name: str) -> Json:
        """A user as issues embed it; somebody unknown is a name alone."""
        known = self._people.get(name)
        if known is None:
            user = self.tracker.users.get(name)
            known = self._people[name] = {"name": name, "active": False} if user is None else self.user(user)
        return known

    def person_id(self, name: str) -> str:
        """The immutable identity: user key or account id."""
        user = self.tracker.users.get(name)
        if user is None:
            return name
        return user.account_id if self.cloud else user.key

    def user(self, user: User, groups: bool = False) -> Json:
        """A user resource."""
        shape = self._cloud_user(user) if self.cloud else self._server_user(user)
        if groups:
            items = [self.group(group) for group in self.tracker.groups if group.name in user.groups]
            shape = {**shape, "groups": {"size": len(items), "items": items}, "locale": "en_US"}
            shape["applicationRoles"] = {"size": 1, "items": []}
            shape["expand"] = "groups,applicationRoles"
        return shape

    def _server_user(self, user: User) -> Json:
        shape: Json = {"self": f"{self.base}/rest/api/2/user?username={quote(user.name, safe='')}"}
        shape.update({"name": user.name, "key": user.key})
        if not user.listed:
            shape["emailAddress"] = "?"
        elif user.email is not None:
            masked = self.behaviour.masked_mails
            shape["emailAddress"] = _masked(user.email) if masked else user.email
        owner = quote(user.key, safe="")
        shape["avatarUrls"] = {
            size: f"{self.base}/secure/useravatar?size={name}&ownerId={owner}" for size, name in _SIZES.items()
        }
        shape.update({"displayName": user.display_name, "active": user.active})
        if user.time_zone is not None:
            shape["timeZone"] = user.time_zone
        return shape

    def _cloud_user(self, user: User) -> Json:
        shape: Json = {"self": f"{self.rest}/user?accountId={quote(user.account_id, safe='')}"}
        shape["accountId"] = user.account_id
        if user.listed and user.mail_visible and user.email is not None and not self.behaviour.masked_mails:
            shape["emailAddress"] = user.email
        digest = hashlib.sha256(user.account_id.encode("utf-8", "replace")).hexdigest()[:32]
        shape["avatarUrls"] = {size: f"https://secure.gravatar.com/avatar/{digest}?s={size[:2]}" for size in _SIZES}
        shape["displayName"] = user.display_name if user.listed else "Former user"
        shape["active"] = user.active
        if user.time_zone is not None:
            shape["timeZone"] = user.time_zone
        shape["accountType"] = user.account_type
        return shape

    def group(self, group: Group) -> Json:
        """A group as users and roles name it."""
        if self.cloud:
            return {"name": group.name, "groupId": group.id, "self": f"{self.rest}/group?groupId={group.id}"}
        return {"name": group.name, "self": f"{self.rest}/group?groupname={quote(group.name, safe='')}"}

    def entry(self, kind: str, value: Any) -> Any:
        """A metadata entry with its address; ``None`` stays."""
        if not isinstance(value, dict):
            return value
        shape = {"self": f"{self.rest}/{kind}/{value.get('id')}", **value}
        if kind == "status" and isinstance(value.get("statusCategory"), dict):
            shape["iconUrl"] = f"{self.base}/images/icons/statuses/generic.png"
            shape["statusCategory"] = self.entry("statuscategory", value["statusCategory"])
        elif kind == "issuetype":
            shape["iconUrl"] = f"{self.base}/secure/viewavatar?size=xsmall&avatarId=10300&avatarType=issuetype"
            if not self.cloud:
                shape.pop("hierarchyLevel", None)
            else:
                shape.setdefault("untranslatedName", value.get("name"))
        elif kind == "priority":
            shape["iconUrl"] = f"{self.base}/images/icons/priorities/{str(value.get('name', '')).lower()}.svg"
        return shape

    def entries(self, kind: str, values: Any) -> List[Any]:
        """A list of metadata entries with their addresses."""
        return [self.entry(kind, value) for value in values or ()]

    def product(self, project: str) -> str:
        """What a project belongs to."""
        return "service_desk" if project == self.behaviour.service_desk else "software"

    def embedded_project(self, value: Json) -> Json:
        """A project as issues embed it."""
        shape: Json = {"self": f"{self.rest}/project/{value.get('id')}", **value}
        if value.get("key") == self.behaviour.service_desk:
            shape["projectTypeKey"] = self.product(str(value["key"]))
        shape["avatarUrls"] = self._project_avatars(str(value.get("id")))
        if not self.cloud:
            shape.pop("simplified", None)
        if isinstance(value.get("projectCategory"), dict):
            shape["projectCategory"] = self.entry("projectCategory", value["projectCategory"])
        return shape

    def project(self, project: Project, expand: List[str], full: bool = False) -> Json:
        """A project in a list, or alone (``full``)."""
        shape: Json = {
            "expand": "description,lead,issueTypes,url,projectKeys,permissions,insight",
            "self": f"{self.rest}/project/{project.id}",
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "avatarUrls": self._project_avatars(project.id),
            "projectTypeKey": self.product(project.key),
            "archived": project.archived,
        }
        if project.category is not None:
            shape["projectCategory"] = self.entry("projectCategory", project.category)
        if self.cloud:
            style = "next-gen" if project.team_managed else "classic"
            shape.update({"simplified": project.team_managed, "style": style, "isPrivate": False, "properties": {}})
            if not project.archived:
                del shape["archived"]
        if full or "description" in expand:
            shape["description"] = project.description
        if (full or "lead" in expand) and project.lead is not None:
            shape["lead"] = self.person(project.lead)
        if (full or "url" in expand) and project.url:
            shape["url"] = project.url
        if full or "issueTypes" in expand:
            shape["issueTypes"] = self.entries("issuetype", self.types_of(project))
        if "projectKeys" in expand:
            shape["projectKeys"] = [project.key, *project.former_keys]
        if full:
            shape["components"] = [self.component(project, entry) for entry in project.components]
            shape["versions"] = self.entries("version", project.versions)
            shape["assigneeType"] = "UNASSIGNED"
            shape["roles"] = self.role_map(project)
        return shape

    def types_of(self, project: Project) -> List[Json]:
        """The project's issue types."""
        return [entry for entry in self.tracker.catalogue.issue_types if entry["id"] in project.issue_type_ids]

    def component(self, project: Project, value: Json) -> Json:
        """A component of a project."""
        shape: Json = self.entry("component", value)
        if isinstance(value.get("lead"), str):
            shape["lead"] = self.person(value["lead"])
        shape.update({"project": project.key, "projectId": int(project.id), "isAssigneeTypeValid": True})
        return shape

    def role_map(self, project: Project) -> Json:
        """Role names and where their actors are."""
        return {
            role["name"]: f"{self.rest}/project/{project.id}/role/{role['id']}" for role in self.tracker.catalogue.roles
        }

    def role(self, project: Project, role: Json) -> Json:
        """A role of a project with its actors."""
        actors = [self._actor(actor) for actor in project.roles.get(role["id"], ())]
        return {"self": f"{self.rest}/project/{project.id}/role/{role['id']}", **role, "actors": actors}

    def _actor(self, actor: RoleActor) -> Json:
        shape: Json = {"id": actor.id, "type": actor.kind}
        if actor.kind == "atlassian-group-role-actor":
            group = next((group for group in self.tracker.groups if group.name == actor.name), None)
            shape.update({"displayName": actor.name, "name": actor.name})
            shape["actorGroup"] = {"name": actor.name, "displayName": actor.name}
            if self.cloud and group is not None:
                shape["actorGroup"]["groupId"] = group.id
            return shape
        user = self.tracker.users[actor.name]
        shape["displayName"] = user.display_name
        if self.cloud:
            shape["actorUser"] = {"accountId": user.account_id}
        else:
            shape["name"] = user.name
        return shape

    def sprint(self, sprint: Sprint) -> Json:
        """A sprint of the agile API; dates are absent before it starts."""
        shape: Json = {"id": sprint.id, "self": f"{self.agile}/sprint/{sprint.id}", "state": sprint.state}
        shape["name"] = sprint.name
        for name, value in (("startDate", sprint.start), ("endDate", sprint.end), ("completeDate", sprint.complete)):
            if value is not None:
                shape[name] = value
        shape["originBoardId"] = sprint.board_id
        if sprint.goal is not None:
            shape["goal"] = sprint.goal
        return shape

    def sprint_value(self, sprint: Sprint, turn: int) -> Any:
        """A sprint in an issue's field: an object on Cloud, a Java ``toString`` on Server, ``id`` first or last."""
        if self.cloud:
            shape = self.sprint(sprint)
            del shape["self"]
            shape["boardId"] = shape.pop("originBoardId")
            return {**shape, "goal": sprint.goal or ""}
        times = (("startDate", sprint.start), ("endDate", sprint.end), ("completeDate", sprint.complete))
        middle = [f"rapidViewId={sprint.board_id}", f"state={sprint.state.upper()}", f"name={sprint.name}"]
        middle += [f"{name}={value or '<null>'}" for name, value in times]
        goal, sequence = f"goal={sprint.goal or '<null>'}", f"sequence={sprint.id}"
        if turn % 2:
            parts = [*middle[:3], goal, *middle[3:], "activatedDate=<null>", sequence, f"id={sprint.id}"]
        else:
            parts = [f"id={sprint.id}", *middle, sequence, goal, "autoStartStop=false"]
        return f"com.atlassian.greenhopper.service.sprint.Sprint@{sprint.id * 7919:x}[{','.join(parts)}]"

    def board(self, board: Board) -> Json:
        """A board of the agile API."""
        shape: Json = {"id": board.id, "self": f"{self.agile}/board/{board.id}", "name": board.name, "type": board.kind}
        project = next((project for project in self.tracker.projects if project.key == board.project_key), None)
        if self.cloud and project is not None:
            shape["location"] = {
                "projectId": int(project.id),
                "displayName": f"{project.name} ({project.key})",
                "projectKey": project.key,
                "projectName": project.name,
                "projectTypeKey": self.product(project.key),
                "name": f"{project.name} ({project.key})",
            }
        return shape

    def _project_avatars(self, id: Optional[str]) -> Json:
        return {
            size: f"{self.base}/secure/projectavatar?size={name}&pid={id}&avatarId=10324"
            for size, name in _SIZES.items()
        }


def _masked(mail: str) -> str:
    return mail.replace("@", " at ").replace(".", " dot ")
