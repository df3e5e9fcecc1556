# frozen_string_literal: true

# As much of OpenProject's models as the administrator's script uses, in memory and strict: what is not an attribute
# or a method of the real ones raises. Runs the script named first twice, then prints what there is as JSON.

require 'json'

class Relation
  include Enumerable

  def initialize(rows)
    @rows = rows
  end

  def each(&block) = @rows.each(&block)
  def find_each(&block) = @rows.each(&block)
  def order(name) = Relation.new(@rows.sort_by { |row| row.public_send(name) })
  def maximum(name) = @rows.map { |row| row.public_send(name) }.max
  def not(wanted) = Relation.new(@rows.reject { |row| row.matches?(wanted) })

  def where(wanted = nil)
    wanted.nil? ? self : Relation.new(@rows.select { |row| row.matches?(wanted) })
  end
end

class Model
  class << self
    attr_reader :names

    def columns(*names)
      @names = [:id, *names]
      attr_accessor(*@names)
    end

    def rows = @rows ||= []
    def all = Relation.new(rows)
    def where(*wanted) = all.where(*wanted)
    def order(name) = all.order(name)
    def maximum(name) = all.maximum(name)
    def find_each(&block) = all.find_each(&block)

    def create!(values)
      made = new(values)
      made.save!
      made
    end

    def find_or_create_by!(values)
      where(values).first || create!(values)
    end
  end

  def initialize(values = {})
    update(values)
  end

  def update(values)
    values.each do |name, value|
      raise "#{self.class} has no attribute #{name}" unless respond_to?("#{name}=")

      public_send("#{name}=", value)
    end
  end

  def update!(values)
    update(values)
    save!
  end

  def save!
    raise "#{self.class}: the name is blank" if respond_to?(:name) && name.to_s.strip.empty?

    same = self.class.rows.find { |row| !row.equal?(self) && named_like?(row) }
    raise "#{self.class}: the name is taken" if same
    return if id

    self.id = self.class.rows.size + 1
    self.class.rows << self
  end

  def matches?(wanted) = wanted.all? { |name, value| public_send(name) == value }

  def named_like?(row) = respond_to?(:name) && row.name.downcase == name.downcase
end

class Type < Model
  columns :name, :is_default, :is_milestone, :position
end

class Status < Model
  columns :name, :is_closed, :is_default, :position
end

class Workflow < Model
  columns :type_id, :role_id, :old_status_id, :new_status_id, :author, :assignee

  def save!
    raise 'Workflow: incomplete' unless type_id && role_id && old_status_id && new_status_id

    super
  end
end

class IssuePriority < Model
  columns :name, :active, :position
end

class ProjectRole < Model
  columns :name, :permissions
  def self.givable = all
end

class TimeEntryActivity < Model
  columns :name, :active
end

class CustomOption < Model
  columns :value, :position
end

class CustomOptions < Relation
  def create!(values)
    @rows << CustomOption.create!(values)
  end
end

class WorkPackageCustomField < Model
  columns :name, :field_format, :is_for_all, :is_filter, :searchable, :multi_value
  FORMATS = %w[string text float date bool list user version link].freeze
  SEVERAL = %w[list user version].freeze

  def types = @types ||= []
  def custom_options = CustomOptions.new(options)

  def possible_values=(values)
    values.each_with_index { |value, at| options << CustomOption.create!(value: value, position: at + 1) }
  end

  def options = @options ||= []

  def save!
    raise "no such format: #{field_format}" unless FORMATS.include?(field_format)
    raise 'a list without values' if field_format == 'list' && options.empty?
    raise "no several values of the format: #{field_format}" if multi_value && !SEVERAL.include?(field_format)

    super
  end
end

class Setting
  VALUES = { 'apiv3_write_readonly_attributes' => false } # rubocop:disable Style/MutableConstant

  class << self
    def [](name) = VALUES.fetch(name.to_s)

    def []=(name, value)
      VALUES.fetch(name.to_s)
      VALUES[name.to_s] = value
    end
  end
end

%w[New Closed].each_with_index { |name, at| Status.create!(name: name, is_default: at.zero?, position: at + 1) }
Type.create!(name: 'Task', is_default: true, is_milestone: false, position: 1)
Type.create!(name: 'Quiet', is_default: false, is_milestone: false, position: 2)
ProjectRole.create!(name: 'Member', permissions: %i[view_work_packages])
ProjectRole.create!(name: 'Reader', permissions: [])
IssuePriority.create!(name: 'Old', active: false, position: 1)
Workflow.create!(type_id: 1, role_id: 1, old_status_id: 1, new_status_id: 2, author: false, assignee: false)
listed = WorkPackageCustomField.new(name: 'Area', field_format: 'list', is_for_all: true)
listed.possible_values = ['North']
listed.save!

load ARGV.fetch(0)
puts '== again'
load ARGV.fetch(0)
puts '== state'
fields = WorkPackageCustomField.rows.to_h do |field|
  [field.name, [field.field_format, field.is_for_all, field.types.map(&:name), field.options.map(&:value)]]
end
flows = Workflow.rows.map { |flow| [flow.type_id, flow.role_id, flow.old_status_id, flow.new_status_id] }
puts JSON.generate(
  types: Type.rows.map { |row| [row.name, row.is_default] }, statuses: Status.rows.map(&:name),
  priorities: IssuePriority.rows.map { |row| [row.name, row.active] },
  roles: ProjectRole.rows.map { |row| [row.name, row.permissions] }, activities: TimeEntryActivity.rows.map(&:name),
  fields: fields, settings: Setting::VALUES, workflows: flows,
  several: WorkPackageCustomField.rows.select(&:multi_value).map(&:name)
)
