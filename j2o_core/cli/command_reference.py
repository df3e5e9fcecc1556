"""The commands as Markdown, from the functions behind them: the same with every version of typer."""

from __future__ import annotations

import inspect
import typing
from enum import Enum
from typing import Any, Callable, Iterator

import typer
import typer.main
from typer.models import ArgumentInfo, OptionInfo, ParameterInfo

from ..reference.markdown import table


def command_lines(app: typer.Typer) -> list[str]:
    """A section for each command of ``app``: usage, what it does, its parameters."""
    lines = ["```text", "j2o [OPTIONS] COMMAND ...", "```", ""]
    if app.registered_callback is not None and app.registered_callback.callback is not None:
        lines += _table(app.registered_callback.callback)
    for name, command in _commands(app, "j2o"):
        lines += ["", f"## {name}", "", "```text", _usage(name, command), "```", ""]
        lines += [*_paragraphs(inspect.getdoc(command) or ""), *_table(command)]
    return lines


def _commands(app: typer.Typer, prefix: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for command in app.registered_commands:
        if command.callback is not None and not command.hidden:
            name = command.name or typer.main.get_command_name(command.callback.__name__)
            yield f"{prefix} {name}", command.callback
    for group in app.registered_groups:
        if group.typer_instance is not None and group.hidden is not True:
            yield from _commands(group.typer_instance, f"{prefix} {group.name or group.typer_instance.info.name}")


def _parameters(command: Callable[..., Any]) -> Iterator[tuple[str, ParameterInfo, Any, Any]]:
    """Name, what typer is told of it, annotation and default of each parameter on the command line."""
    annotations = typing.get_type_hints(command, include_extras=True)
    for name, parameter in inspect.signature(command).parameters.items():
        annotation, default = annotations.get(name, str), parameter.default
        infos = [default, *getattr(annotation, "__metadata__", ())]
        info = next((info for info in infos if isinstance(info, ParameterInfo)), None)
        if info is not None and not info.hidden:
            if not isinstance(default, ParameterInfo):
                yield name, info, getattr(annotation, "__origin__", annotation), default
            else:
                yield name, info, annotation, default.default


def _usage(name: str, command: Callable[..., Any]) -> str:
    found = list(_parameters(command))
    arguments = [_argument(name, *rest) for name, *rest in found if isinstance(rest[0], ArgumentInfo)]
    return " ".join([name, *(["[OPTIONS]"] if len(arguments) < len(found) else []), *arguments])


def _argument(name: str, info: ParameterInfo, annotation: Any, default: Any) -> str:
    shown = (info.metavar or name.upper()).rstrip(".").strip("[]{}")
    return (shown if default is ... else f"[{shown}]") + ("..." if _is_list(annotation) else "")


def _paragraphs(text: str) -> Iterator[str]:
    """The help; what is kept line by line there (after ``\\b``) is a block of text here."""
    for paragraph in text.strip().split("\n\n"):
        kept, mark, block = paragraph.partition("\b\n")
        if kept.strip():
            yield " ".join(kept.split())
            yield ""
        if mark:
            lines = block.splitlines()
            if lines and lines[0].endswith(":"):
                yield lines.pop(0)
                yield ""
            yield "```text"
            yield from inspect.cleandoc("\n".join(lines)).splitlines()
            yield "```"
            yield ""


def _table(command: Callable[..., Any]) -> list[str]:
    rows = []
    for name, info, annotation, default in _parameters(command):
        if isinstance(info, ArgumentInfo):
            rows.append((f"`{_argument(name, info, annotation, default)}`", info.help or "", ""))
        else:
            rows.append((_option(name, info, annotation), info.help or "", _default(default)))
    return table(("parameter", "meaning", "default"), rows)


def _option(name: str, info: ParameterInfo, annotation: Any) -> str:
    declared = list(info.param_decls or ()) if isinstance(info, OptionInfo) else []
    is_flag = annotation is bool
    if not declared:
        plain = name.replace("_", "-")
        declared = [f"--{plain}", *([f"--no-{plain}"] if is_flag else [])]
    shown = ", ".join(f"`{one}`" for one in declared)
    if is_flag:
        return shown
    inner = [one for one in typing.get_args(annotation) if one is not type(None)]
    kind = inner[0] if inner else annotation
    is_choice = inspect.isclass(kind) and issubclass(kind, Enum)
    value = "\\|".join(str(choice.value) for choice in kind) if is_choice else info.metavar or name.upper()
    repeated = ", repeatable" if _is_list(annotation) else ""
    variable = f" (or `{info.envvar}`)" if info.envvar else ""
    return f"{shown} {value}{repeated}{variable}".replace("\\|", "|")


def _is_list(annotation: Any) -> bool:
    return any(typing.get_origin(one) in (list, tuple) for one in (annotation, *typing.get_args(annotation)))


def _default(value: Any) -> str:
    if value is None or value is ... or isinstance(value, bool) or callable(value):
        return ""
    return f"`{value.value if isinstance(value, Enum) else value}`"
