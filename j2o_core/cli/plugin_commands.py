"""The commands that plugins bring: each plugin's are tried apart, and join the program where they harm nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterator, Union

import typer
import typer.main
from typer.models import CommandInfo, TyperInfo

from ..hooks.guard import quiet
from ..hooks.manager import PluginInfo, Plugins
from ..hooks.patience import Patience
from ..hooks.registry import NameTaken

_HOOK = "j2o_commands"


def join_commands(app: typer.Typer, plugins: Plugins, patience: Patience = Patience()) -> Plugins:
    """Add the plugins' commands to ``app``; what cannot be added is told in the line of its plugin.

    A name that a command of j2o has stays with it; of two plugins the one that was loaded first keeps it.
    """
    owners = {name: "j2o" for name, _ in named(app)}
    infos = []
    for info in plugins.infos:
        if info.error is None and _HOOK in info.hooks:
            info = _joined(app, plugins, info, owners, patience)
        infos.append(info)
    return replace(plugins, infos=tuple(infos))


def named(app: typer.Typer) -> Iterator[tuple[str, Union[CommandInfo, TyperInfo]]]:
    """The commands and families that an app holds, by name."""
    for command in app.registered_commands:
        function: Any = command.callback
        yield command.name or typer.main.get_command_name(function.__name__), command
    for group in app.registered_groups:
        yield str(group.name or getattr(group.typer_instance, "info", group).name or ""), group


def _joined(
    app: typer.Typer, plugins: Plugins, info: PluginInfo, owners: dict[str, str], patience: Patience
) -> PluginInfo:
    part = typer.Typer(rich_markup_mode=None)
    with quiet() as printed:
        try:
            with patience.waiting(info.name, "is adding its commands"):
                plugins.call(info.name, _HOOK, app=part)
            found = list(named(part))
            for name, _ in found:
                if name in owners:
                    raise NameTaken(f"the command '{name}' is provided by {owners[name]} and by {_label(info)}")
            if part.registered_callback is not None:
                raise TypeError("it adds a callback; a plugin adds commands and families alone")
            if found:
                typer.main.get_group(part)  # a command whose parameters cannot be read would break every --help
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - the other commands must still work
            text = str(error) if isinstance(error, NameTaken) else f"{type(error).__name__}: {error}"
            return replace(info, error=f"its commands are left out: {text}", printed=info.printed + printed.getvalue())
    for name, entry in found:
        if isinstance(entry, CommandInfo):
            app.registered_commands.append(entry)
        else:
            app.registered_groups.append(entry)
        owners[name] = _label(info)
    commands = tuple(f"command:{name}" for name, _ in found)
    return replace(info, provides=(*info.provides, *commands), printed=info.printed + printed.getvalue())


def _label(info: PluginInfo) -> str:
    return f"{info.name} ({info.distribution} {info.version})" if info.name != info.distribution else info.name
