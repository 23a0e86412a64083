"""One file a device kind. Adding one is its file and its line here."""

from __future__ import annotations

from collections.abc import Mapping

DRIVERS: Mapping[str, str] = {
    "virtual_modem": "firmware_bridge.drivers.virtual_modem:build",
    "virtual_scanner": "firmware_bridge.drivers.virtual_scanner:build",
    "virtual_sign": "firmware_bridge.drivers.virtual_sign:build",
    "virtual_ticket_printer": "firmware_bridge.drivers.virtual_ticket_printer:build",
}
