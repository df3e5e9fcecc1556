"""The OpenProject of one sandbox: its store, settings, clock, files and what happens in the background."""

from __future__ import annotations

import hashlib
import uuid
from collections import deque
from pathlib import Path
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.active_fields import ActiveFields
from j2o_sandbox.openproject.calendar import Calendar
from j2o_sandbox.openproject.clock import Clock, parse_stamp
from j2o_sandbox.openproject.errors import ApiError, not_found
from j2o_sandbox.openproject.features import features_of
from j2o_sandbox.openproject.files import Files
from j2o_sandbox.openproject.journal_file import JournalFile
from j2o_sandbox.openproject.links import number
from j2o_sandbox.openproject.mails import Mails
from j2o_sandbox.openproject.oauth import Applications
from j2o_sandbox.openproject.permissions import Permissions
from j2o_sandbox.openproject.requests import encode
from j2o_sandbox.openproject.settings import Settings
from j2o_sandbox.openproject.setup import SetupError, load_setup
from j2o_sandbox.openproject.setup.factory import furnish
from j2o_sandbox.openproject.store import Store
from j2o_sandbox.options import SandboxOptions

# Background work by name, declared by the rooms that know how.
JOBS: Dict[str, Callable[[Any, Any], None]] = {}

# Uploads that nobody claims are removed when they are older than this.
UNCLAIMED_SECONDS = 180 * 60

# So many rendered texts are kept.
KEPT_TEXTS = 5000


class Server:
    """Everything that the rooms of the API work on."""

    def __init__(self, options: SandboxOptions) -> None:
        self.features = features_of(options.openproject_version)
        setup = load_setup(options.openproject_setup)
        self.settings: Settings = setup.settings
        limit = options.attachment_limit
        self.attachment_limit = (self.settings.attachment_limit if limit is None else limit) * 1024
        self.clock = Clock(self.features.milliseconds)
        self.calendar = Calendar(self.settings.non_working_days, self.settings.holidays)
        folder = Path(options.state) / "openproject" if options.state else None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.store = Store(JournalFile(folder / "journal.ndjson") if folder is not None else None)
        self.files = Files(folder / "files" if folder is not None else None)
        self.mails = Mails()
        self.permissions = Permissions(self.store)
        self.active_fields = ActiveFields()
        self._fragments: Dict[Tuple[str, int], bytes] = {}
        self._texts: Dict[Tuple[str, int], str] = {}
        self._fragments_of = -1
        self.token = self._furnish(options, setup)
        self.applications = self._applications(setup)
        self.clock.offset = float(self.store.setting("clock_offset", 0.0))
        self.instance: str = self.store.setting("instance")
        self._unclaimed: Deque[Tuple[float, int]] = deque(
            (parse_stamp(row.created).timestamp(), row.id) for row in self.store.attachments.find("container", None)
        )

    def _furnish(self, options: SandboxOptions, setup: Any) -> str:
        if not self.store.replay():
            token = hashlib.sha256(f"openproject-{options.seed}".encode()).hexdigest()
            if self.features.bearer_tokens:
                token = "opapi-" + token
            furnish(self.store, setup, self.clock.stamp(), token)
            self.store.set_setting("instance", uuid.uuid4().hex)
            self.store.commit()
        return str(self.store.principals[4].token)

    def _applications(self, setup: Any) -> Applications:
        registered = setup.parts["oauth_applications"]
        for name, entry in registered.items():
            if self.store.principals.first("login", entry["user"].lower()) is None:
                raise SetupError(f"oauth_applications.{name}.user: there is no user {entry['user']!r}")
        return Applications(registered, lambda: self.clock.now().timestamp())

    # -- background work ------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Do what is due: remove unclaimed uploads, run jobs. Called before each request."""
        now = self.clock.now().timestamp()
        while self._unclaimed and self._unclaimed[0][0] + UNCLAIMED_SECONDS < now:
            _, attachment_id = self._unclaimed.popleft()
            row = self.store.attachments.get(attachment_id)
            if row is not None and (row.container is None or row.prepared):
                self.store.drop(row)
                self.files.remove(attachment_id)
        for job in self.store.jobs.find("status", "in_queue"):
            if job.due <= now:
                self._run(job)
        self.commit()

    def _run(self, job: Any) -> None:
        # A job that fails ends as a failure of its own: the request that happens to run it knows nothing of it.
        self.commit()
        try:
            JOBS[job.what](self, job)
        except ApiError as error:
            self.rollback()
            errors = [part.message for part in error.errors] or [error.message]
            self.store.put(job.copy(status="failure", message=error.message, payload={**job.payload, "errors": errors}))

    def commit(self) -> None:
        """Make what a request changed durable."""
        self.store.commit()
        self.files.flush()
        self.mails.commit()

    def rollback(self) -> None:
        """Take back what a request changed."""
        self.store.rollback()
        self.files.keep()
        self.mails.rollback()

    def uploaded(self, attachment: Any) -> None:
        """Remember an upload that belongs to nothing yet."""
        self._unclaimed.append((parse_stamp(attachment.created).timestamp(), attachment.id))

    def schedule(self, what: str, seconds: float, project: Optional[int] = None, **payload: Any) -> Any:
        """Queue a job that runs ``seconds`` from now."""
        due = self.clock.now().timestamp() + seconds
        return self.store.put(
            rows.Job(
                id=None,
                uuid=str(uuid.uuid4()),
                what=what,
                project=project,
                payload=payload,
                due=due,
                status="in_queue",
                created=self.clock.stamp(),
            )
        )

    def move_clock(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.offset += seconds
        self.store.set_setting("clock_offset", self.clock.offset)
        self.store.commit()

    # -- look-ups -------------------------------------------------------------------------------------------

    def fragment(self, row: Any, represent: Callable[[], Any]) -> bytes:
        """The encoded representation of a row, kept until anything changes that it may name."""
        self._forget_names()
        key = (row.KIND, row.id)
        kept = self._fragments.get(key)
        if kept is None:
            kept = self._fragments[key] = encode(represent())
        return kept

    def rendered(self, text: str, project: int, render: Callable[[], str]) -> str:
        """The HTML of a text of a project, kept as long as fragments are."""
        self._forget_names()
        key = (text, project)
        kept = self._texts.get(key)
        if kept is None:
            if len(self._texts) >= KEPT_TEXTS:
                self._texts.clear()
            kept = self._texts[key] = render()
        return kept

    def _forget_names(self) -> None:
        if self._fragments_of != self.store.structure:
            self._fragments.clear()
            self._texts.clear()
            self._fragments_of = self.store.structure

    def get(self, kind: str, text: str, language: str) -> Any:
        """The row that a path segment names.

        Raises:
            ApiError: 404.
        """
        found = self.store.tables[kind].get(number(text))
        if found is None:
            raise not_found(language)
        return found

    def name_of(self, principal: Optional[int]) -> Optional[str]:
        """The name of a user, group or placeholder user."""
        row = self.store.principals.get(principal)
        return None if row is None else row.name

    def administrators(self) -> List[Any]:
        """Admins that can log in."""
        users = self.store.principals.find("type", "User")
        return [user for user in users if user.admin and user.status == "active"]
