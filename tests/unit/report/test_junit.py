"""Results of tests as JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree

from j2o_core.report.junit import Result, junit_xml


def test_counts_names_places_and_failures_are_there() -> None:
    results = [
        Result("passes", "users", 0.25, None, "", "acme.yaml", 12),
        Result("fails", "comments", 0.5, "not as expected: text", "- a\n+ b"),
    ]
    root = ElementTree.fromstring(junit_xml("acme.yaml", results))
    assert root.tag == "testsuites"
    (suite,) = root
    assert suite.attrib == {
        "name": "acme.yaml",
        "tests": "2",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
        "time": "0.7500",
    }
    passed, failed = suite
    assert passed.attrib == {
        "name": "passes",
        "classname": "users",
        "time": "0.2500",
        "file": "acme.yaml",
        "line": "12",
    }
    assert len(passed) == 0
    (failure,) = failed
    assert (failure.attrib["message"], failure.text) == ("not as expected: text", "- a\n+ b")


def test_what_xml_cannot_hold_is_replaced() -> None:
    wild = "a\x00\x1b]\ud800\uffff<&\"'\U0001f600ä]]>"
    made = junit_xml(wild, [Result(wild, wild, 0.0, wild, wild, wild)])
    case = ElementTree.fromstring(made)[0][0]
    tame = "a\ufffd\ufffd]\ufffd\ufffd<&\"'\U0001f600ä]]>"
    assert (case.attrib["name"], case.attrib["file"], case[0].text) == (tame, tame, tame)


def test_no_tests_are_a_suite_without_tests() -> None:
    (suite,) = ElementTree.fromstring(junit_xml("acme.yaml", []))
    assert (suite.attrib["tests"], len(suite)) == ("0", 0)
