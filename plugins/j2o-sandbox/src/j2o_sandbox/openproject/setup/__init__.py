"""The setup file: what an administrator would have clicked before a migration.

YAML, every part optional; things that exist already (by name) are changed, others are added::

    edition: community            # or enterprise: placeholder users, internal comments, read-only statuses
    settings:                     # see ``settings.Settings`` for names and defaults
      writable_history: true
      semantic_identifiers: false
      page_size: 1000
      rate_limit: false
      language: en
      password_min_length: 10
      threads: 8                  # requests at once; others queue (queue_wait seconds), felt with --latency
      queue_length: 4             # so many may queue, the next is answered 429
      pool: 5                     # database connections; a 500 after pool_wait seconds without one
      tree_lock_ms: 20            # a create holds the one lock of all trees for so long
    statuses:
      QA: {closed: false, read_only: false, default: false, done: 80}
    types:
      Story: {default: true, milestone: false, description: "How to ..."}
    priorities:
      Blocker: {default: false, active: true}
    workflows:                    # per type: statuses that may follow each other freely, or what may follow what
      Story: [New, QA, Closed]
      Bug: {New: [In progress], In progress: [Closed]}
    roles:
      Developer: [view_work_packages, add_work_packages, work_package_assigned]
      Auditor: all                # every permission
    time_entry_activities:
      Travel: {default: false, active: true}
    custom_fields:
      Origin: {format: string, for_all: true, is_filter: true, types: all}
      Team: {format: list, options: [Red, Blue], multi: true, types: [Bug], projects: [acme]}
      Cost centre: {of: project, format: string, required: true}
    users:
      jane: {first_name: Jane, last_name: Roe, email: jane@example.org, admin: false, token: secret, language: de}
    oauth_applications:           # client credentials; whoever has them acts as the user
      Migration: {client_id: j2o, client_secret: secret, user: admin}
    projects:
      acme:
        name: Acme
        public: false
        types: [Task, Bug]        # default: the types that are on for new projects
        modules: [work_package_tracking, costs, backlogs]
        categories: [Backend, Frontend]
        sprints: [{name: Sprint 1, start: 2026-01-05, finish: 2026-01-16, status: active}]
        members: {jane: [Developer]}

A custom field has ``of`` (work_package, project, user, version, time_entry, group; default work_package), ``format``
(string, text, int, float, date, bool, list, user, version, link), ``multi``, ``required``, ``is_filter``,
``for_all``, ``types`` (names or ``all``; work packages only), ``projects`` (identifiers; not needed with for_all),
``options``, ``default``, ``min_length``, ``max_length``, ``regexp``, and of numbers ``min`` and ``max`` (17.9).
"""

from j2o_sandbox.openproject.setup.document import SetupError, load_setup

__all__ = ["SetupError", "load_setup"]
