"""Whatever an installed plugin does, ``--help`` works, the other plugins work, and its line says what is wrong."""

from __future__ import annotations

import json
import signal
import sys
import threading
from importlib import metadata
from pathlib import Path
from typing import Any, Callable

import pytest

from j2o_core.hooks.manager import load_plugins
from j2o_core.hooks.patience import Patience

GOOD = """
@hookimpl
def j2o_register(registry):
    registry.step(Step("shout", lambda value, argument, scope: value.upper(), "Louder."))
"""

HOSTILE = {
    "fails to import": ("import j2o_no_such_module", "ModuleNotFoundError: No module named 'j2o_no_such_module'"),
    "has a syntax error": ("def (", "SyntaxError"),
    "exits at import": ("raise SystemExit(7)", "SystemExit: 7"),
    "raises what is no Exception": ("class Odd(BaseException): pass\nraise Odd('odd')", "Odd: odd"),
    "has an error without a message": (
        "class Odd(Exception):\n    def __str__(self): return 1 / 0\nraise Odd()",
        "Odd: (its message cannot be read)",
    ),
    "recurses for ever": ("def f(): f()\nf()", "RecursionError"),
    "raises the limit and recurses": (
        "import sys\nsys.setrecursionlimit(5000)\nraise ValueError('no')",
        "ValueError: no",
    ),
    "has no hook": ("x = 1", "TypeError: it implements no hook of j2o"),
    "misspells a hook": (
        "@hookimpl\ndef j2o_regster(registry): pass",
        "j2o has no hook 'j2o_regster'; did you mean 'j2o_register'?",
    ),
    "asks for an argument there is not": ("@hookimpl\ndef j2o_register(registry, secrets): pass", "secrets"),
    "wraps a hook": (
        "@hookimpl(hookwrapper=True)\ndef j2o_register(registry):\n    yield",
        "TypeError: j2o_register cannot be wrapped",
    ),
    "raises in its hook": ("@hookimpl\ndef j2o_register(registry): raise KeyError('x')", "KeyError: 'x'"),
    "exits in its hook": ("@hookimpl\ndef j2o_register(registry): raise SystemExit(0)", "SystemExit: 0"),
    "registers a text as a step": (
        "@hookimpl\ndef j2o_register(registry): registry.step('shout')",
        "TypeError: a step is a Step, not a str",
    ),
    "registers a step that is no function": (
        "@hookimpl\ndef j2o_register(registry): registry.step(Step('shout', 5, ''))",
        "'apply' is no function",
    ),
    "registers a step whose schema is none": (
        "@hookimpl\ndef j2o_register(registry): registry.step(Step('shout', len, '', {'type': 'nonsense'}))",
        "its schema is no JSON Schema: there is no type 'nonsense'",
    ),
    "registers options whose schema is none": (
        "class X(System):\n    name = 'x'\n    def start(self, options, state): ...\n"
        "@hookimpl\ndef j2o_register(registry):\n    registry.system(X)\n"
        "    registry.schema('x', {'properties': {'a': {'items': {'pattern': '('}}}})",
        "the schema 'x' is no JSON Schema: properties.a: items: the pattern '(' cannot be compiled",
    ),
    "registers records whose schema is none": (
        "class X(Splitter):\n    name = 'x.x'\n    def split(self, record): return ()\n"
        "@hookimpl\ndef j2o_register(registry):\n    registry.splitter(X)\n    registry.record_schema('x.x', {'a': 5})",
        "the record_schema 'x.x' is no cerberus schema",
    ),
    "registers a step with a bad name": (
        "@hookimpl\ndef j2o_register(registry): registry.step(Step('no good', len, ''))",
        "'no good' is no name for a step",
    ),
    "registers an object as an extractor": (
        "@hookimpl\ndef j2o_register(registry): registry.extractor(object())",
        "an extractor is a class derived from Extractor, not a object",
    ),
    "registers a class of another kind": (
        "class X(System):\n    name = 'x'\n    def start(self, options, state): ...\n"
        "@hookimpl\ndef j2o_register(registry): registry.loader(X)",
        "a loader is a class derived from Loader, not the class X",
    ),
    "registers half a class": (
        "class X(Extractor):\n    name = 'x.x'\n@hookimpl\ndef j2o_register(registry): registry.extractor(X)",
        "the extractor 'x.x' does not implement pages",
    ),
    "registers a class without a name": (
        "class X(Splitter):\n    def split(self, record): return ()\n"
        "@hookimpl\ndef j2o_register(registry): registry.splitter(X)",
        "a splitter needs a name, and this one has None",
    ),
    "takes a scheme of the core": (
        "class X(SecretBackend):\n    scheme = 'env'\n    def value(self, name, folder): return 'x'\n"
        "@hookimpl\ndef j2o_register(registry): registry.secret_backend(X)",
        "'env' is no scheme for a plugin",
    ),
    "takes a step of the core": (
        "@hookimpl\ndef j2o_register(registry): registry.step(Step('trim', lambda *a: 'gone', ''))",
        "the step 'trim' is provided by steps (j2o 0.1.0) and by hostile (dist-hostile 1.2)",
    ),
    "takes a function of the core": (
        "@hookimpl\ndef j2o_register(registry): registry.check(Check('len', lambda x: True, ''))",
        "the function 'len' is provided by steps (j2o 0.1.0) and by hostile (dist-hostile 1.2)",
    ),
    "takes an extractor of ours": (
        "class X(Extractor):\n    name = 'jira.issues'\n    def pages(self, selection, slice, cursor): ...\n"
        "@hookimpl\ndef j2o_register(registry): registry.extractor(X)",
        "the extractor 'jira.issues' is provided by jira (j2o 0.1.0) and by hostile (dist-hostile 1.2)",
    ),
    "gives options to another's loader": (
        "@hookimpl\ndef j2o_register(registry):\n"
        "    registry.schema('openproject.users', {'properties': {}, 'required': ['x']})",
        "the schema 'openproject.users' is of nothing that hostile",
    ),
    "registers one name twice": (
        "@hookimpl\ndef j2o_register(registry):\n    for _ in 1, 2: registry.step(Step('twice', lambda *a: None, ''))",
        "the step 'twice' is provided by hostile",
    ),
    "replaces a function of the core at import": (
        "import j2o_core.model.digest as d\nd.digest = lambda value: 'same'\n"
        "@hookimpl\ndef j2o_register(registry): pass",
        "it replaces what is not its own: j2o_core.model.digest.digest",
    ),
    "replaces a method of ours while it registers": (
        "@hookimpl\ndef j2o_register(registry):\n"
        "    import j2o_jira.users\n    j2o_jira.users.Users.pages = lambda *a: iter(())",
        "it replaces what is not its own: j2o_jira.users.Users.pages",
    ),
    "gives a class of the core another method": (
        "from j2o_core.http import Http\nHttp.get = lambda *a, **k: None\nHttp.spy = lambda *a: None\n"
        "@hookimpl\ndef j2o_register(registry): pass",
        "j2o_core.http.session.Http.get, j2o_core.http.session.Http.spy",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE, ids=lambda kind: kind.replace(" ", "-"))
def test_a_plugin_that(kind: str, install: Callable[..., None], j2o: Callable[..., Any]) -> None:
    """... is left out, and nothing else is."""
    source, error = HOSTILE[kind]
    limit = sys.getrecursionlimit()
    install("hostile", source)
    install("zeta", GOOD)
    listed = {plugin["name"]: plugin for plugin in json.loads(j2o("plugins", "list", "--json").out)}
    assert j2o("--help").code == 0
    assert error in listed["hostile"]["error"]
    assert listed["hostile"]["provides"] == []
    assert listed["zeta"]["provides"] == ["step:shout"]
    assert [name for name, plugin in listed.items() if plugin["error"]] == ["hostile"]
    assert sys.getrecursionlimit() == limit


def test_what_was_replaced_is_put_back(install: Callable[..., None], load: Callable[..., Any]) -> None:
    from j2o_core.http import Http
    from j2o_core.model import digest

    real, get = digest.digest, Http.get
    for name, kind in (
        ("a", "replaces a function of the core at import"),
        ("b", "gives a class of the core another method"),
    ):
        install(name, HOSTILE[kind][0])
    load()
    assert digest.digest is real
    assert Http.get is get
    assert not hasattr(Http, "spy")


def test_a_reader_that_refuses_all_entry_points_for_an_odd_one_hides_none(
    install: Callable[..., None], load: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newer versions of importlib_metadata, which other libraries bring and which then serve everybody, do so."""

    def refuse(distribution: metadata.Distribution) -> None:
        raise ValueError("Invalid object reference")

    install("odd", GOOD, points="[j2o]\nodd = dist_odd:Equal()\nEven = dist_odd\n")
    monkeypatch.setattr(metadata.Distribution, "entry_points", property(refuse))
    found = {one.name: one for one in load().infos}
    assert found["odd"].error and not found["Even"].error


@pytest.mark.parametrize(
    "value", ["dist_odd:text", "dist_odd:nothing", "dist_odd:Equal()", "dist_odd:missing", "dist_odd:equal"]
)
def test_an_entry_point_that_leads_to_no_plugin(
    value: str, install: Callable[..., None], load: Callable[..., Any]
) -> None:
    source = """
    text, nothing = "plugin", None
    class Equal:
        def __eq__(self, other): raise RuntimeError("compared")
        def __getattr__(self, name): raise RuntimeError("asked")
    equal = Equal()
    """
    install("odd", source, value=value)
    install("zeta", GOOD)
    found = {one.name: one for one in load().infos}
    assert found["odd"].error
    assert found["zeta"].error is None


def test_a_distribution_with_broken_entry_points_is_passed_over(
    install: Callable[..., None], load: Callable[..., Any]
) -> None:
    install("broken", "", points="[j2o]\nthis is no entry point\n[j2o]\n=\n")
    install("zeta", GOOD)
    assert {"jira", "zeta"} <= {one.name for one in load().infos if one.error is None}


def test_a_name_that_two_plugins_take_belongs_to_neither_and_both_are_named(
    install: Callable[..., None], j2o: Callable[..., Any], load: Callable[..., Any]
) -> None:
    both = "the step 'shout' is provided by alpha (dist-alpha 1.2) and by beta (dist-beta 1.2)"
    more = GOOD + "    registry.step(Step('{}', lambda value, argument, scope: value, ''))\n"
    install("alpha", more.format("one"))
    install("beta", more.format("two"))
    assert j2o("--help").code == 0
    listed = {plugin["name"]: plugin for plugin in json.loads(j2o("plugins", "list", "--json").out)}
    assert listed["alpha"]["error"] == listed["beta"]["error"] == both
    assert (listed["alpha"]["provides"], listed["beta"]["provides"]) == (["step:one"], ["step:two"])
    registry = load().registry
    assert registry.find("step", "shout") is None
    assert "shout" not in registry.names("step")
    with pytest.raises(LookupError, match=r"alpha \(dist-alpha 1\.2\) and by beta"):
        registry.get("step", "shout")
    assert load(J2O_DISABLE_PLUGINS="beta").registry.find("step", "shout") is not None


def test_a_spec_that_uses_such_a_name_is_told_of_both(
    install: Callable[..., None], j2o: Callable[..., Any], tmp_path: Any
) -> None:
    install("alpha", GOOD)
    install("beta", GOOD)
    spec = tmp_path / "acme.yaml"
    spec.write_text(
        "apiVersion: j2o/v1\nkind: Migration\nname: acme\nextends: j2o:demo\n"
        "entities: {groups: {map: {name: {from: name, steps: [shout]}}}}\n"
    )
    called = j2o("validate", str(spec), "--format", "json")
    assert called.code == 2
    (problem,) = json.loads(called.out)["problems"]
    assert "provided by alpha (dist-alpha 1.2) and by beta (dist-beta 1.2)" in problem["message"]
    assert (problem["line"], problem["expected"]) == (5, "one owner: leave a plugin out with J2O_DISABLE_PLUGINS")


def test_a_third_owner_of_a_name_in_another_role_gets_it_no_more_than_the_first_two(
    install: Callable[..., None], load: Callable[..., Any]
) -> None:
    install("alpha", GOOD)
    install("beta", GOOD)
    install("gamma", "@hookimpl\ndef j2o_register(registry): registry.check(Check('shout', lambda x: True, ''))")
    plugins = load()
    assert plugins.registry.find("check", "shout") is None
    assert "by gamma (dist-gamma 1.2)" in {one.name: one for one in plugins.infos}["gamma"].error


def test_two_distributions_with_a_plugin_of_one_name_are_both_named(
    install: Callable[..., None], load: Callable[..., Any]
) -> None:
    install("twin", GOOD, distribution="dist-one")
    install("twin", GOOD, distribution="dist-two")
    found = [one for one in load().infos if one.name == "twin"]
    assert [one.distribution for one in found] == ["dist-one", "dist-two"]
    assert all("dist-one 1.2 and by dist-two 1.2" in str(one.error) for one in found)


def test_a_plugin_cannot_pass_for_one_of_ours(install: Callable[..., None], load: Callable[..., Any]) -> None:
    install("jira", GOOD, distribution="dist-jira")
    ours, theirs = (one for one in load().infos if one.name == "jira")
    assert (ours.distribution, ours.error) == ("j2o", None)
    assert "j2o 0.1.0" in str(theirs.error)
    assert "dist-jira 1.2" in str(theirs.error)


def test_what_a_plugin_prints_never_reaches_stdout(install: Callable[..., None], j2o: Callable[..., Any]) -> None:
    install("loud", "print('hello from import')\n" + GOOD + "    print('hello from hook')\n")
    listed = json.loads(j2o("plugins", "list", "--json").out)
    assert {plugin["name"]: plugin["error"] for plugin in listed}["loud"] is None


def test_a_plugin_that_registers_late_is_told_so(install: Callable[..., None], load: Callable[..., Any]) -> None:
    install("late", GOOD + "    global kept\n    kept = registry\n")
    plugins = load()
    kept = sys.modules["dist_late"].kept
    with pytest.raises(RuntimeError, match="too late"):
        kept.step(plugins.registry.get("step", "shout"))
    with pytest.raises(RuntimeError, match="too late"):
        plugins.registry.step(plugins.registry.get("step", "shout"))


COMMANDS = {
    "raises": ("raise RuntimeError('no commands today')", "RuntimeError: no commands today"),
    "exits": ("raise SystemExit(3)", "SystemExit: 3"),
    "takes a command of ours": (
        "app.command('run')(lambda: None)",
        "the command 'run' is provided by j2o and by hostile",
    ),
    "has parameters that cannot be read": (
        "\n    def odd(x: list[list[int]]): pass\n    app.command()(odd)",
        "",
    ),
    "adds a callback": (
        "app.callback()(lambda: None)",
        "TypeError: it adds a callback; a plugin adds commands and families alone",
    ),
}


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.replace(" ", "-"))
def test_a_plugin_whose_commands_hook(kind: str, install: Callable[..., None], j2o: Callable[..., Any]) -> None:
    """... is told, and every other command works."""
    body, error = COMMANDS[kind]
    install("hostile", f"{GOOD}\n@hookimpl\ndef j2o_commands(app): {body}\n")
    install(
        "zeta",
        f"{GOOD.replace('shout', 'hush')}\n@hookimpl\ndef j2o_commands(app):\n"
        "    def wave():\n        print('waving')\n    app.command()(wave)\n",
    )
    shown = j2o("--help")
    assert shown.code == 0
    assert "wave" in shown.out
    assert j2o("wave").out == "waving\n"
    listed = {plugin["name"]: plugin for plugin in json.loads(j2o("plugins", "list", "--json").out)}
    assert f"its commands are left out: {error}" in listed["hostile"]["error"]
    assert listed["hostile"]["provides"] == ["step:shout"]
    assert listed["zeta"]["provides"] == ["step:hush", "command:wave"]


def test_what_is_left_out_is_said_on_stderr_by_every_command(
    install: Callable[..., None], j2o: Callable[..., Any]
) -> None:
    install("hostile", "raise ValueError('no')")
    called = j2o("plugins", "list", "--json")
    assert "j2o: plugin hostile (dist-hostile 1.2): ValueError: no" in called.err
    assert json.loads(called.out)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        (
            "J2O_DISABLE_PLUGINS",
            "jria",
            "J2O_DISABLE_PLUGINS: no installed plugin is called 'jria'; did you mean 'jira'?",
        ),
        ("J2O_PLUGINS", "jira,sandbx", "J2O_PLUGINS: no installed plugin is called 'sandbx'; did you mean 'sandbox'?"),
        ("J2O_PLUGINS", "xyzzy", "no installed plugin is called 'xyzzy'; installed are: "),
        ("J2O_DISABLE_PLUGINS", "steps", "'steps' is part of j2o and cannot be left out"),
    ],
)
def test_a_name_that_chooses_nothing_is_told(
    variable: str, value: str, said: str, j2o: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    called = j2o("plugins", "list", "--json")
    assert said in called.err
    assert "steps" in {plugin["name"] for plugin in json.loads(called.out)}


def test_a_plugin_that_is_left_out_is_not_even_imported(install: Callable[..., None], load: Callable[..., Any]) -> None:
    install("hostile", "raise SystemExit(7)")
    assert "hostile" not in {one.name for one in load(J2O_DISABLE_PLUGINS="hostile").infos}
    assert {one.name for one in load(J2O_PLUGINS="jira").infos} == {"steps", "jira"}
    assert "dist_hostile" not in sys.modules


def test_a_plugin_that_keeps_no_promise_is_a_finding(install: Callable[..., None], j2o: Callable[..., Any]) -> None:
    install("hostile", "raise ValueError('no')")
    install(
        "rude", "@hookimpl\ndef j2o_register(registry): registry.step(Step('rude', lambda v, a, s: 1 / 0, 'Rude.'))"
    )
    for name, said in (("hostile", "ValueError: no"), ("rude", "raises ZeroDivisionError")):
        called = j2o("plugins", "check", name)
        assert called.code == 1
        assert said in called.out


RUNNING = """
import sys
class Things(Extractor):
    name = "hostile.things"
    def pages(self, selection, slice, cursor):
        {body}
        yield
class Open(Connector):
    name = "hostile"
    def open(self, options, http): return {client}
class Opened(Client):
    identity, url = "hostile", "http://127.0.0.1:9"
    def check(self): return {{}}
@hookimpl
def j2o_register(registry):
    registry.connector(Open)
    registry.extractor(Things)
"""
SPEC = """
apiVersion: j2o/v1
kind: Migration
name: hostile
connections:
  hostile: {plugin: hostile, id: hostile, url: "http://127.0.0.1:9"}
  archive: {plugin: archive, folder: FOLDER}
entities:
  things: {extract: {plugin: hostile.things}, map: {name: name}, load: {plugin: archive.records}}
"""


@pytest.mark.parametrize(
    ("body", "client", "code", "said"),
    [
        (
            "raise KeyError('boom')",
            "Opened()",
            1,
            "plugin hostile (dist-hostile 1.2) (dist_hostile.py:9) broke: KeyError",
        ),
        (
            "sys.exit(0)",
            "Opened()",
            1,
            "plugin hostile (dist-hostile 1.2) (dist_hostile.py:9) tried to end the program",
        ),
        ("yield None", "Opened()", 3, "the extractor 'hostile.things' of things gives what is no page of records"),
        ("yield Page(['text'], 1)", "Opened()", 3, "gives what is no page of records"),
        ("pass", "None", 3, "connections.hostile: the connector 'hostile' gives no client"),
        ("pass", "1 / 0", 1, "plugin hostile (dist-hostile 1.2) (dist_hostile.py:13) broke: ZeroDivisionError"),
    ],
    ids=["raises", "exits", "gives-nothing", "gives-texts", "opens-nothing", "cannot-open"],
)
def test_a_plugin_that_breaks_a_run_is_named(
    body: str, client: str, code: int, said: str, install: Callable[..., None], j2o: Callable[..., Any], tmp_path: Any
) -> None:
    install("hostile", RUNNING.format(body=body, client=client))
    (tmp_path / "spec.yaml").write_text(SPEC.replace("FOLDER", str(tmp_path / "out")), encoding="utf-8")
    called = j2o("run", str(tmp_path / "spec.yaml"))
    assert (called.code, said in called.err) == (code, True), called.err
    assert "Traceback" not in called.err


def test_what_one_observer_raises_or_changes_is_not_seen_by_the_others(
    install: Callable[..., None], load: Callable[..., Any]
) -> None:
    from j2o_core.pipeline.observing import observed

    hook = "@hookimpl\ndef j2o_run_finished(entities, run):\n    "
    install("alpha", hook + "entities['users']['created'] = 99\n    raise SystemExit(3)\n")
    install("beta", hook + "global seen\n    seen = (run, entities)\n")
    counts = {"users": {"created": 1}}
    observed(load().manager.hook.j2o_run_finished, run="r1", exit_code=0, entities=counts)
    assert sys.modules["dist_beta"].seen == ("r1", {"users": {"created": 1}})
    assert counts == {"users": {"created": 1}}


def test_every_hook_is_in_the_guide() -> None:
    from pathlib import Path

    from j2o_core.hooks import specs

    guide = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "write-a-plugin.md"
    text = guide.read_text(encoding="utf-8")
    hooks = [name for name in vars(specs) if name.startswith("j2o_")]
    assert [name for name in hooks if name not in text] == []


HANGING = {
    "sleeps when it is imported": "import time\ntime.sleep(600)",
    "loops when it is imported": "while True: pass",
    "catches what stops it": "import time\ntry:\n    time.sleep(600)\nexcept Exception: pass\n",
    "gives way at last": (
        "import time\nfor _ in range(3):\n    try:\n        time.sleep(600)\n    except BaseException: pass\n"
        "time.sleep(600)"
    ),
    "loops when it registers": "@hookimpl\ndef j2o_register(registry):\n    while True: pass",
    "sleeps when it adds commands": (
        "import time\n@hookimpl\ndef j2o_register(registry): pass\n@hookimpl\ndef j2o_commands(app): time.sleep(600)"
    ),
}


@pytest.mark.parametrize("kind", HANGING, ids=lambda kind: kind.replace(" ", "-"))
def test_a_plugin_that_does_not_come_to_an_end_holds_up_no_help_and_no_other_plugin(
    kind: str, install: Callable[..., None], j2o: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("j2o_core.cli.program._HELP_LIMIT", 0.3)
    monkeypatch.setattr("j2o_core.cli.program._LIMIT", 0.4)
    install("hostile", HANGING[kind])
    install("zeta", GOOD)
    assert "Commands" in j2o("--help").out
    called = j2o("plugins", "list", "--json")
    listed = {plugin["name"]: plugin for plugin in json.loads(called.out)}
    assert "for more than 0.4 s, so it is left out" in listed["hostile"]["error"]
    assert listed["zeta"]["provides"] == ["step:shout"]
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_plugin_that_takes_its_time_is_told_by_name_and_taken(
    install: Callable[..., None], j2o: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("j2o_core.cli.program._WONDER", 0.2)
    install("slow", f"import time\ntime.sleep(0.5)\n{GOOD}")
    called = j2o("plugins", "list", "--json")
    assert "plugin slow is being imported for more than 0.2 s; J2O_DISABLE_PLUGINS=slow leaves it out" in called.err
    assert {plugin["name"]: plugin["error"] for plugin in json.loads(called.out)}["slow"] is None


def test_what_is_loaded_on_another_thread_is_waited_for(install: Callable[..., None]) -> None:
    install("slow", f"import time\ntime.sleep(0.4)\n{GOOD}")
    loaded: list[Any] = []
    thread = threading.Thread(target=lambda: loaded.append(load_plugins({}, patience=Patience(limit=0.1))))
    thread.start()
    thread.join()
    assert [one.error for one in loaded[0].infos if one.name == "slow"] == [None]


def test_whoever_asks_for_the_version_waits_for_no_plugin(
    install: Callable[..., None], j2o: Callable[..., Any]
) -> None:
    install("hostile", "raise SystemExit('imported')")
    called = j2o("--version")
    assert (called.code, called.err) == (0, "")
    assert called.out.startswith("j2o ")


def test_a_name_of_a_plugin_that_is_not_there_is_told_with_the_reason(
    install: Callable[..., None], j2o: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("tracker", "import no_such_module")
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "apiVersion: j2o/v1\nkind: Migration\nname: gone\nconnections: {t: {plugin: tracker, id: t}}\n"
        "entities: {issues: {extract: {plugin: tracker.issues}, map: {}, load: {plugin: archive.records}}}\n",
        encoding="utf-8",
    )
    called = j2o("validate", str(spec))
    assert (
        "unknown extractor 'tracker.issues' in issues.extract: the plugin 'tracker' is not there: Module" in called.out
    )
    monkeypatch.setenv("J2O_DISABLE_PLUGINS", "tracker")
    called = j2o("validate", str(spec))
    assert "the plugin 'tracker' is not there: J2O_DISABLE_PLUGINS or J2O_PLUGINS leaves it out" in called.out
