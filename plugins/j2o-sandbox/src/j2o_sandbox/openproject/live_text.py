"""Formatted text as HTML, with the references in it come alive.

What stands for something becomes a link or a macro: ``#12``, ``##12``, ``version:"1.0"``, ``user:jane``, ``user#5``,
``[[page]]``, ``{{opSetting:base_url}}``. This happens in the text nodes that Markdown leaves, so that a backslash does
not help and code is safe; ``!`` before the reference keeps it a text, and is taken away.

Of Markdown only what decides about text nodes is read: code, escapes, comments and tags, emphasis, targets of links.
"""

from __future__ import annotations

import html
import re
from typing import Any, Callable, Dict, List, Match, Optional

from j2o_sandbox.openproject.links import number
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.access import display_id, is_semantic, number_of

_MARKED = re.compile(r"[#`\\<&!*~_{]|\[\[|^\[|:[^\s]|\br\d", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n(.*?)(?:^ {0,3}\1[`~]* *$|\Z)", re.MULTILINE | re.DOTALL)
_DEFINITION = re.compile(r"^ {0,3}\[[^\[\]\n]+\]: *\S+[^\n]*$\n?", re.MULTILINE)
_BLANK = re.compile(r"\n\s*\n")
# Bounded: what never ends must not be looked for from each of its many beginnings.
_INLINE = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`).{1,4000}?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<comment><!--.{0,4000}?-->)"
    r"|(?P<tag></?[A-Za-z][^<>]{0,4000}>)"
    r"|(?P<target>\]\([^()\s]*\))"
    r"|(?P<mark>\*+|~~|(?<![^\W_])_+|_+(?![^\W_]))",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_REFERENCE = re.compile(
    r"(?P<leading>[\s(,~\-\[>]|^)(?P<escaped>!)?(?P<project>[a-z0-9\-_]+:)?"
    r"(?P<prefix>version|message|project|user|group|document|meeting|view|commit|source|export|attachment)?"
    r"(?:(?P<hashes>#+)(?P<id>[0-9]+|[A-Z][A-Z0-9_]*-[0-9]+)|r(?P<revision>[0-9]+)"
    r"|:(?P<name>[^\"\s<>][^\s<>]*?|\"[^\"]+\"))"
    r"(?=[!-/:-@\[-`{-~]\W|\.$|[,~)\s\]<]|$)",
)
_PAGE = re.compile(r"(!)?\[\[([^\[\]\n|]+)(?:\|([^\[\]\n|]+))?\]\]")
_SETTING = re.compile(r"\{\{opSetting:(\w+)\}\}")


def formatted(server: Server, raw: Optional[str], project: Optional[Any] = None) -> Dict[str, Any]:
    """Markdown as the API shows it; names of versions are those of ``project``."""
    text = raw or ""
    if not _MARKED.search(text):
        page = _plain(text)
    elif is_semantic(server):
        page = to_html(server, text, project)  # which names exist changes with every create
    else:
        page = server.rendered(text, 0 if project is None else project.id, lambda: to_html(server, text, project))
    return {"format": "markdown", "raw": text, "html": page}


def to_html(server: Server, text: str, project: Optional[Any] = None) -> str:
    """HTML of Markdown: a paragraph for each, code apart, references alive."""
    if not _MARKED.search(text):
        return _plain(text)
    text = text.replace("\r\n", "\n")
    found: List[str] = []
    at = 0
    for fence in _FENCE.finditer(text):
        found.extend(_prose(server, text[at : fence.start()], project))
        found.append(f'<pre class="op-uc-code-block">{html.escape(fence[2])}</pre>')
        at = fence.end()
    found.extend(_prose(server, text[at:], project))
    return "".join(found)


def _plain(text: str) -> str:
    parts = _paragraphs(text.replace("\r\n", "\n"))
    return "".join(f'<p class="op-uc-p">{html.escape(part)}</p>' for part in parts)


def _prose(server: Server, text: str, project: Optional[Any]) -> List[str]:
    parts = _paragraphs(_DEFINITION.sub("", text))
    found = [_inline(server, part, project) for part in parts]
    return [f'<p class="op-uc-p">{part}</p>' for part in found if part]


def _paragraphs(text: str) -> List[str]:
    return [part.strip("\n") for part in _BLANK.split(text) if part.strip()]


def _inline(server: Server, text: str, project: Optional[Any]) -> str:
    found: List[str] = []
    at = 0
    for match in _INLINE.finditer(text):
        found.append(_alive(server, text[at : match.start()], project))
        at = match.end()
        if match["code"] is not None:
            ticks = len(match["ticks"])
            found.append(f'<code class="op-uc-code">{html.escape(match["code"][ticks:-ticks])}</code>')
        elif match["comment"] is None:
            found.append(html.escape(match[0]))
    found.append(_alive(server, text[at:], project))
    return "".join(found)


def _alive(server: Server, text: str, project: Optional[Any]) -> str:
    """One text node: what Markdown makes of the text, then what the matchers make of that."""
    node = html.escape(html.unescape(_ESCAPE.sub(r"\1", text)), quote=False)
    node = _REFERENCE.sub(lambda match: _reference(server, match, project), node)
    node = _PAGE.sub(lambda match: _page(match, project), node)
    return _SETTING.sub(lambda match: _setting(server, match), node)


def _reference(server: Server, match: Match[str], project: Optional[Any]) -> str:
    leading = match["leading"]
    plain = match[0][len(leading) + len(match["escaped"] or "") :]
    if match["escaped"]:
        return leading + plain
    if match["project"]:
        project = server.store.projects.first("any_identifier", match["project"][:-1])
    if match["hashes"] and match["prefix"] is None:
        return leading + (_work_package(server, match["hashes"], match["id"]) or plain)
    find = _FINDERS.get(match["prefix"] or "")
    name = match["id"] if match["hashes"] == "#" else (match["name"] or "").strip('"')
    if find is None or not name:
        return leading + plain  # revisions, files of a repository: no project has one here
    return leading + (find(server, name, project, match["hashes"] == "#") or plain)


def _work_package(server: Server, hashes: str, name: str) -> Optional[str]:
    semantic = not name.isdigit()
    if len(hashes) > 3 or (semantic and not is_semantic(server)) or (not semantic and str(int(name)) != name):
        return None
    row = server.store.work_packages.get(number_of(server, name))
    if semantic and row is None:
        return None
    number_or_name = display_id(server, row) if semantic else name
    if hashes == "#":
        return f'<a class="issue work_package" href="/work_packages/{number_or_name}">#{number_or_name}</a>'
    detailed = "true" if hashes == "###" else "false"
    return f'<opce-macro-wp-quickinfo data-id="{number_or_name}" data-detailed="{detailed}"></opce-macro-wp-quickinfo>'


def _version(server: Server, name: str, project: Optional[Any], by_id: bool) -> Optional[str]:
    if by_id:
        row = server.store.versions.get(number(name))
    else:
        inside = [] if project is None else server.store.versions.find("project", project.id)
        row = next((one for one in inside if one.name == html.unescape(name)), None)
    return None if row is None else f'<a class="version" href="/versions/{row.id}">{html.escape(row.name)}</a>'


def _user(server: Server, name: str, project: Optional[Any], by_id: bool) -> Optional[str]:
    if by_id:
        row = server.store.principals.get(number(name))
    else:
        row = server.store.principals.first("login", html.unescape(name).lower())
    if row is None or row.type != "User":
        return None
    return f'<a class="user-mention" href="/users/{row.id}">{html.escape(row.name)}</a>'


def _group(server: Server, name: str, project: Optional[Any], by_id: bool) -> Optional[str]:
    row = server.store.principals.get(number(name)) if by_id else None
    if row is None or row.type != "Group":
        return None
    return f'<a class="user-mention" href="/groups/{row.id}">{html.escape(row.name)}</a>'


def _project(server: Server, name: str, project: Optional[Any], by_id: bool) -> Optional[str]:
    projects = server.store.projects
    row = projects.get(number(name)) if by_id else projects.first("any_identifier", name.lower())
    return None if row is None else f'<a href="/projects/{row.identifier}">{html.escape(row.name)}</a>'


_FINDERS: Dict[str, Callable[[Server, str, Optional[Any], bool], Optional[str]]] = {
    "version": _version,
    "user": _user,
    "group": _group,
    "project": _project,
}


def _page(match: Match[str], project: Optional[Any]) -> str:
    if match[1]:
        return match[0][1:]
    if project is None or "wiki" not in project.modules:
        return match[0]
    slug = re.sub(r"[^\w]+", "-", html.unescape(match[2]).lower()).strip("-")
    return f'<a class="wiki-page new" href="/projects/{project.identifier}/wiki/{slug}">{match[3] or match[2]}</a>'


def _setting(server: Server, match: Match[str]) -> str:
    host = server.settings.host_name
    return {"host_name": host, "base_url": f"https://{host}"}.get(match[1], match[0])
