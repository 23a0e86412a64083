"""A ticket printer without a printer: each ticket becomes a picture of the paper and a text, in a folder."""

from __future__ import annotations

import io
import threading

from edge.contracts.devices import DeviceKind
from edge.contracts.jobs import JobRequest, PrintTicket
from edge.runtime import resources
from edge.runtime.config import Section
from firmware_bridge.drivers.virtual import VirtualDevice, write_whole
from firmware_bridge.paper import DOTS_PER_MM, JOINS_ARABIC, find_fonts, render
from firmware_bridge.ports import BadJob, DeviceError, Driver, Pages, Setup
from firmware_bridge.tickets import cleaned, to_text


class Options(Section, frozen=True, kw_only=True):
    """Options of a virtual ticket printer."""

    folder: str = ""  # where the tickets go; the device's own folder when empty
    page_s: float = 0.6  # how long a ticket takes to come out
    keep: int = 500  # so many tickets stay in the folder, the oldest go


class VirtualTicketPrinter(VirtualDevice):
    """Prints ``<job id>.png`` (80 mm paper at 203 dpi) and ``<job id>.txt``; the file appears whole, as paper does."""

    kind: DeviceKind = "ticket_printer"

    def __init__(self, setup: Setup) -> None:
        self._options = setup.read(Options)
        super().__init__(setup, self._options.folder)

    def capabilities(self) -> frozenset[str]:
        """See ``Driver``."""
        return frozenset({"print.ticket"})

    def facts(self) -> dict[str, str]:
        """See ``VirtualDevice``; *arabic* says whether its letters are joined."""
        return {**super().facts(), "arabic": "joined" if JOINS_ARABIC else "unjoined"}

    def perform(self, request: JobRequest, pages: Pages) -> None:
        """See ``Driver``: one page, the ticket."""
        if not isinstance(request.work, PrintTicket):
            raise BadJob("not a ticket")
        try:
            ticket = cleaned(request.work)
        except ValueError as exc:
            raise BadJob(str(exc)) from exc
        self.check()
        pages.begin(1, 1)
        self.check_line()
        try:
            self._print(request.job_id, ticket)
        except OSError as exc:
            pages.withdraw(1)
            raise DeviceError(str(exc), reason="storage") from exc
        pages.complete(1)
        self._tidy()

    def _print(self, job_id: str, ticket: PrintTicket) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        picture = io.BytesIO()
        dpi = DOTS_PER_MM * 25.4
        render(ticket, find_fonts(resources.config_dir() / "fonts")).save(picture, "PNG", dpi=(dpi, dpi))
        threading.Event().wait(self._options.page_s)  # the paper moves; it stops for nobody
        write_whole(self.folder / f"{job_id}.txt", to_text(ticket).encode())
        write_whole(self.folder / f"{job_id}.png", picture.getvalue())

    def _tidy(self) -> None:
        tickets = sorted(self.folder.glob("*.png"), key=lambda file: file.name)
        for old in tickets[: max(0, len(tickets) - self._options.keep)]:
            old.unlink(missing_ok=True)
            old.with_suffix(".txt").unlink(missing_ok=True)


def build(setup: Setup) -> Driver:
    """Return the driver; nothing is opened."""
    return VirtualTicketPrinter(setup)
