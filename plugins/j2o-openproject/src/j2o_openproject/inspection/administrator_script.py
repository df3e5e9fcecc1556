"""Ruby that makes what is missing, for an administrator to review and to run: a second run changes nothing."""

from __future__ import annotations

from typing import Callable, Iterable, Mapping, Sequence

from j2o_core.api import Need, Prerequisite

_HEAD = """\
# What a migration would like to find in this OpenProject, and what is missing of it now.
# Review it, then run it on the server, as OpenProject's own user:
#   bundle exec rails runner prerequisites.rb        (packages: openproject run bundle exec rails runner FILE)
# It changes nothing that is there already, so that a second run does nothing, and it prints what it does.

def j2o_named(scope, name)
  scope.to_a.find { |row| row.name.to_s.strip.casecmp?(name.strip) }
end

def j2o_roles
  defined?(ProjectRole) ? ProjectRole : Role
end

def j2o_did(done, what)
  puts "#{done ? 'made   ' : 'present'}  #{what}"
end

def j2o_type(name)
  type = j2o_named(Type.all, name)
  made = type.nil?
  type ||= Type.create!(name: name, is_default: true, is_milestone: false, position: Type.maximum(:position).to_i + 1)
  if made
    template = j2o_named(Type.all, 'Task') || Type.where.not(id: type.id).order(:position).first
    Workflow.where(type_id: template.id).find_each do |flow|
      Workflow.find_or_create_by!(type_id: type.id, role_id: flow.role_id, old_status_id: flow.old_status_id,
                                  new_status_id: flow.new_status_id, author: flow.author, assignee: flow.assignee)
    end
  end
  changed = !type.is_default
  type.update!(is_default: true) if changed
  j2o_did(made || changed, "type #{name}, activated in new projects")
end

def j2o_allow(type, status)
  flows = Workflow.where(type_id: type.id).to_a
  others = flows.flat_map { |flow| [flow.old_status_id, flow.new_status_id] }.uniq - [status.id]
  others = [Status.where(is_default: true).first.id] if others.empty?
  j2o_roles.givable.to_a.product(others).each do |role, other|
    [[other, status.id], [status.id, other]].each do |from, to|
      Workflow.find_or_create_by!(type_id: type.id, role_id: role.id, old_status_id: from, new_status_id: to,
                                  author: false, assignee: false)
    end
  end
end

def j2o_workflow(type_name, status_name)
  type, status = j2o_named(Type.all, type_name), j2o_named(Status.all, status_name)
  if type.nil? || status.nil?
    puts "left     workflow of #{type_name}: #{status_name}: the type or the status is not there"
    return
  end
  flows = Workflow.where(type_id: type.id).to_a
  known = flows.any? { |flow| [flow.old_status_id, flow.new_status_id].include?(status.id) }
  j2o_allow(type, status) unless known
  j2o_did(!known, "workflow of #{type_name}: #{status_name}, for all roles")
end

def j2o_status(name)
  status = j2o_named(Status.all, name)
  made = status.nil?
  if made
    status = Status.create!(name: name, is_closed: false, position: Status.maximum(:position).to_i + 1)
    Type.find_each { |type| j2o_allow(type, status) }
  end
  j2o_did(made, "status #{name}, in the workflows of all types and roles; set whether it means closed by hand")
end

def j2o_priority(name)
  priority = j2o_named(IssuePriority.all, name)
  made = priority.nil?
  priority ||= IssuePriority.create!(name: name, active: true, position: IssuePriority.maximum(:position).to_i + 1)
  changed = !priority.active
  priority.update!(active: true) if changed
  j2o_did(made || changed, "priority #{name}")
end

def j2o_role(name)
  role = j2o_named(j2o_roles.all, name)
  made = role.nil?
  if made
    template = j2o_named(j2o_roles.givable, 'Member') || j2o_roles.givable.first
    role = j2o_roles.create!(name: name, permissions: template.permissions)
  end
  j2o_did(made, "role #{name}, with the permissions of a member")
end

def j2o_activity(name)
  activity = j2o_named(TimeEntryActivity.all, name)
  made = activity.nil?
  TimeEntryActivity.create!(name: name, active: true) if made
  j2o_did(made, "activity #{name}")
end

def j2o_custom_field(name, format, values)
  field = j2o_named(WorkPackageCustomField.all, name)
  made = field.nil?
  if made
    field = WorkPackageCustomField.new(name: name, field_format: format, is_for_all: true, is_filter: true,
                                       searchable: %w[string text list].include?(format))
    field.possible_values = values if format == 'list'
    field.multi_value = true if %w[user version].include?(format)
    field.save!
  end
  changed = !field.is_for_all
  field.update!(is_for_all: true) if changed
  if !made && field.field_format == 'list'
    known = field.custom_options.map { |option| option.value.strip.downcase }
    values.reject { |value| known.include?(value.strip.downcase) }.each do |value|
      field.custom_options.create!(value: value, position: field.custom_options.to_a.size + 1)
      changed = true
    end
  end
  missing = Type.all.to_a - field.types.to_a
  field.types.concat(missing)
  j2o_did(made || changed || missing.any?, "custom field #{name}, for all projects and types")
end

def j2o_setting(name, value)
  changed = Setting[name] != value
  Setting[name] = value if changed
  j2o_did(changed, "setting #{name} = #{value}")
end

"""
_FORMATS = {
    "text": "string",
    "rich text": "text",
    "number": "float",
    "date": "date",
    "yes or no": "bool",
    "choice": "list",
    "person": "user",
    "version": "version",
    "address": "link",
}
_SETTINGS = {"history_writable": ("apiv3_write_readonly_attributes", "true")}


def administrator_script(prerequisites: Sequence[Prerequisite]) -> str:
    """A script for what is not there; empty where there is nothing that it could make."""
    # A workflow needs its type and its status.
    missing = sorted((one for one in prerequisites if not one.done), key=lambda one: one.need.kind == "workflows")
    lines = [line for one in missing for line in _lines(one)]
    return _HEAD + "\n".join(lines) + "\n" if any(not line.startswith("#") for line in lines) else ""


def _lines(prerequisite: Prerequisite) -> Iterable[str]:
    need = prerequisite.need
    make = _MAKERS.get(need.kind)
    code = make(need) if make is not None else ""
    if need.place is not None:
        yield f"# {_comment(f'{need.entity}.{need.field}'.strip('.'))}: {_comment(str(need.place))}"
    if need.count is not None:
        yield f"# {_comment(f'{need.count:,} items: ' + ', '.join(need.examples))}"
    yield code or f"# by hand: {_comment(need.kind)} {_comment(need.name)}: {_comment(prerequisite.how)}"


def _call(name: str) -> Callable[[Need], str]:
    return lambda need: f"{name}({_text(need.name)})"


def _custom_field(need: Need) -> str:
    read = (value for value, _ in need.options) if need.form == "choice" else ()
    wanted = dict.fromkeys((*need.values, *read))
    values = ", ".join(_text(value) for value in wanted if value.strip())
    return f"j2o_custom_field({_text(need.name)}, {_text(_FORMATS.get(need.form, 'string'))}, [{values}])"


def _workflow(need: Need) -> str:
    parts = need.parts or tuple(part.strip() for part in need.name.split(":", 1))
    return f"j2o_workflow({', '.join(map(_text, parts))})" if len(parts) == 2 else ""


def _setting(need: Need) -> str:
    known = _SETTINGS.get(need.name)
    return f"j2o_setting({_text(known[0])}, {known[1]})" if known else ""


_MAKERS: Mapping[str, Callable[[Need], str]] = {
    "types": _call("j2o_type"),
    "statuses": _call("j2o_status"),
    "workflows": _workflow,
    "priorities": _call("j2o_priority"),
    "roles": _call("j2o_role"),
    "activities": _call("j2o_activity"),
    "custom_fields": _custom_field,
    "settings": _setting,
}


def _text(value: str) -> str:
    """A Ruby text in single quotes: in these only quotes and backslashes mean anything."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _comment(value: str) -> str:
    """A text that stays on its line."""
    return " ".join(value.split())
