"""The documents of the office read again while it runs: on SIGHUP, or at a signed command of the centre.

Everything that is read through ``Context.office`` follows at once. What is wrong changes nothing and is told in the
log.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from edge.adapters.documents import read_settings
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.work import Work
from edge.runtime import log as logs
from edge.runtime.config import ConfigError
from edge.runtime.supervise import Periodic
from edge.services.settings import digest

log = logs.get(__name__)

NEVER_S = 86_400.0
TOPICS = ("turns", "desks", "occupancy", "devices", "jobs", "office", "alerts")


class Reloading:
    """Reads the documents once for each wish; a thread of its own, so that no caller waits for the disk."""

    def __init__(
        self,
        config: EdgeConfig,
        parts: OfficeParts,
        work: Work,
        *,
        tell: Callable[[Iterable[str]], None],
        changed: Callable[[], None],
    ) -> None:
        self._config, self._parts, self._work, self._tell, self._changed = config, parts, work, tell, changed
        self._wanted = threading.Event()
        self.loop = Periodic("settings", self._round, every_s=NEVER_S)

    def want(self) -> None:
        """Ask for the documents to be read; callable from any thread, from no handler of signals: it takes locks."""
        self._wanted.set()
        self.loop.wake()

    def _round(self) -> None:
        if not self._wanted.is_set():
            return
        self._wanted.clear()
        self.reload()

    def reload(self) -> bool:
        """Read the documents now; return whether anything has changed."""
        try:
            settings = read_settings(self._config.documents_dir, self._config.office)
        except ConfigError as error:
            log.warning("settings_refused", file=str(error.file), key=error.key, reason=error.reason)
            self._work.carry_out(self._parts.refuse_settings, error.file.name, error.key)
            return False
        if digest(settings) == self._parts.settings_digest:
            log.info("settings_unchanged")
            return False
        for what in self._work.carry_out(self._parts.take_settings, settings):
            log.warning("restart_needed", what=what)
        log.info("settings_changed", digest=self._parts.settings_digest)
        self._changed()
        self._tell(TOPICS)
        return True
