"""Text that comes alive in the HTML of descriptions and comments, and what keeps it a text."""

from __future__ import annotations

import time

import pytest


@pytest.fixture
def rendered(fresh, project):
    """The HTML of a description in a new project, or of a comment."""

    def get(raw, **values):
        return fresh.work_package(project, description={"raw": raw}, **values)["description"]["html"]

    return get


def issue(number):
    return f'<a class="issue work_package" href="/work_packages/{number}">#{number}</a>'


@pytest.mark.parametrize("raw", ["#12", "see #12, please", "(#12)", "~#12~", "1. #12", "*#12*", "a\n#12\nb", "[#12]"])
def test_a_number_behind_a_hash_is_a_link_whether_it_exists_or_not(rendered, raw):
    assert issue(12) in rendered(raw)


@pytest.mark.parametrize("raw", ["a#12", "/#12", "#012", "# 12", "#12a", "`#12`", "``a `#12` b``", "```\n#12\n```"])
def test_elsewhere_and_in_code_a_number_is_a_text(rendered, raw):
    assert "<a" not in rendered(raw)


def test_two_and_three_hashes_are_macros(rendered):
    assert '<opce-macro-wp-quickinfo data-id="12" data-detailed="false">' in rendered("##12")
    assert '<opce-macro-wp-quickinfo data-id="12" data-detailed="true">' in rendered("###12")
    assert "data-id" not in rendered("a ####12")


@pytest.mark.parametrize("reference", ["#12", "##12", "version#1", "[[Page]]", "version:1.0", "user:admin"])
def test_an_exclamation_mark_keeps_a_text_and_is_taken_away(rendered, reference):
    assert rendered(f"a !{reference} b") == f'<p class="op-uc-p">a {reference} b</p>'


@pytest.mark.parametrize("raw", ["\\#12", "&#35;12", "\\&#35;12 #12", "#<!-- -->12 #12", "#12 &amp; more"])
def test_a_backslash_and_other_tricks_of_markdown_do_not_help(rendered, raw):
    assert issue(12) in rendered(raw)


def test_a_comment_between_the_parts_makes_two_text_nodes(rendered):
    assert rendered("#<!-- -->12") == '<p class="op-uc-p">#12</p>'


def test_versions_of_the_project_are_found_by_name_and_all_by_number(fresh, project):
    name = "1.0 beta"
    version = fresh.post("versions", {"name": name, "_links": {"definingProject": project["_links"]["self"]}})
    link = f'<a class="version" href="/versions/{version["id"]}">1.0 beta</a>'
    raw = f'version:"{name}" and version#{version["id"]}, version:2.0'
    html = fresh.work_package(project, description={"raw": raw})["description"]["html"]
    assert html == f'<p class="op-uc-p">{link} and {link}, version:2.0</p>'
    elsewhere = fresh.work_package(fresh.project(), description={"raw": raw})["description"]["html"]
    assert elsewhere.count(link) == 1, "a name is one of its own project, a number of any"
    foreign = {"raw": f'{project["identifier"]}:version:"{name}"'}
    assert link in fresh.work_package(fresh.project(), description=foreign)["description"]["html"]


def test_what_a_text_names_may_come_later(fresh, project):
    login = f"late{project['id']}"
    item = fresh.work_package(project, description={"raw": f"user:{login}"})
    path = f"work_packages/{item['id']}"
    assert "<a" not in fresh.get(path)["description"]["html"]
    user = fresh.user(login=login, email=f"{login}@example.org")
    assert f'href="/users/{user["id"]}"' in fresh.get(path)["description"]["html"]


def test_people_groups_and_projects_become_links(fresh, rendered, project):
    user = fresh.user()
    group = fresh.post("groups", {"name": f"Group of {user['login']}"})
    assert f'href="/users/{user["id"]}"' in rendered(f"user:{user['login']}")
    assert f'href="/users/{user["id"]}"' in rendered(f"user#{user['id']}")
    assert f'href="/groups/{group["id"]}"' in rendered(f"group#{group['id']}")
    assert f'href="/projects/{project["identifier"]}"' in rendered(f"project#{project['id']}")
    assert "<a" not in rendered("user:nobody user#999999 group#999999")


def test_revisions_and_files_need_a_repository_and_stay_texts(rendered):
    assert rendered("r34 commit:a85130f source:a/b") == '<p class="op-uc-p">r34 commit:a85130f source:a/b</p>'


def test_some_settings_are_told_in_texts_and_others_are_not(rendered):
    html = rendered("{{opSetting:base_url}} {{opSetting:host_name}} {{opSetting:password}}")
    assert (
        html == '<p class="op-uc-p">https://openproject.example.org openproject.example.org {{opSetting:password}}</p>'
    )


def test_a_page_in_brackets_is_a_link_where_the_project_has_a_wiki(rendered, furnished, template):
    assert '<a class="wiki-page new"' in rendered("[[Some page|text]]")
    payload = furnished.payload(template, description={"raw": "[[Some page]]"})
    bare = furnished.post("work_packages", payload)["description"]["html"]
    assert bare == '<p class="op-uc-p">[[Some page]]</p>'


def test_comments_come_alive_like_descriptions(fresh, project):
    item = fresh.work_package(project)
    path = f"work_packages/{item['id']}/activities"
    assert issue(12) in fresh.post(path, {"comment": {"raw": "like #12"}})["comment"]["html"]


def test_semantic_names_are_references_where_the_server_has_them_and_somebody_has_the_number(serve, rendered):
    client = serve("settings: {semantic_identifiers: true}")
    project = client.project(identifier="LIVE")
    first = client.work_package(project)["displayId"]
    html = client.work_package(project, description={"raw": f"#{first} #LIVE-99"})["description"]["html"]
    assert html == f'<p class="op-uc-p">{issue(first)} #LIVE-99</p>'
    assert "<a" not in rendered("#LIVE-1"), "not with plain numbers"


@pytest.mark.parametrize("raw", ["a\n<!-- mark:1 -->\nb", "a\n\n[mark]: https://example.org/1\n\nb"])
def test_comments_and_link_definitions_pass_the_api_unchanged_and_are_invisible(fresh, project, raw):
    text = fresh.work_package(project, description={"raw": raw})["description"]
    assert text["raw"] == raw
    assert "mark" not in text["html"]


def test_a_visible_link_survives_as_it_is(fresh, project):
    raw = "[ACME-1](https://jira.example.org/browse/ACME-1#j2o-acme-10001)"
    text = fresh.work_package(project, description={"raw": raw})["description"]
    assert text["raw"] == raw
    assert "work_package" not in text["html"]


def test_the_rendering_resource_makes_the_same_of_a_text(fresh):
    headers = {"Content-Type": "text/plain"}
    path = fresh.url + "/api/v3/render/"
    answer = fresh.session.post(path + "markdown", data=b"#12", headers=headers, timeout=20)
    assert answer.text == f'<p class="op-uc-p">{issue(12)}</p>'
    assert "<a" not in fresh.session.post(path + "plain", data=b"#12", headers=headers, timeout=20).text


@pytest.mark.parametrize(
    "piece", ["`a", "``b `", "<!-- ", "<a ", "#1 ", ",:a", "[[a", "```\n", '"x:"', "r1:", "&", "\\#", "**_", "x:#1,"]
)
def test_no_text_holds_the_server_up(fresh, project, piece):
    begun = time.monotonic()
    fresh.work_package(project, description={"raw": piece * (60_000 // len(piece))})
    assert time.monotonic() - begun < 5
