"""Two mosquitto brokers as an installation has them: a password for every program, and rights by topic."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from edge.contracts import topics

BINARY = "mosquitto"
WATCHER = "watcher"  # reads the office bus and says nothing


class MissingPart(RuntimeError):
    """Something that the demo needs is not installed; the text names it."""


def binary(name: str) -> str:
    """Return where *name* is; Debian keeps servers in sbin, which users do not search."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise MissingPart(f"{name} is not installed (apt-get install mosquitto)")
    return found


def office_rights(*, counters: Sequence[str], displays: Sequence[str], bridges: Mapping[str, Sequence[str]]) -> str:
    """Return the access list of the office bus: everybody speaks for itself only."""
    rows = ["user edge", f"topic readwrite {topics.OFFICE}/#"]
    for group in counters:
        rows += ["", f"user counter-{group}", *_counter_rights(group)]
    for name in displays:
        device = f"display-{name}"
        rows += [
            "",
            f"user {device}",
            f"topic write {topics.shown(name)}",
            f"topic write {topics.device_status(device)}",
        ]
        rows += [f"topic read {topic}" for topic in (topics.board(), topics.capacity(), topics.identify())]
    for name, devices in bridges.items():
        rows += ["", f"user bridge-{name}", f"topic write {topics.device_status(f'bridge-{name}')}"]
        rows += [f"topic readwrite {topics.OFFICE}/device/{device}/#" for device in devices]
    rows += ["", f"user {WATCHER}", f"topic read {topics.OFFICE}/#"]
    return "\n".join(rows) + "\n"


def _counter_rights(group: str) -> list[str]:
    device = f"counter-{group}"
    says = [topics.counts(group), topics.interval(group), topics.device_status(device), topics.layout_used(group)]
    says += [topics.heat(group), topics.audit_report(group), topics.bearer_ask(device)]
    hears = [topics.epoch(group), topics.kept(group), topics.layout(group), topics.setup(group)]
    hears += [topics.audit_mark(group), topics.audit_session(group), topics.bearer(device)]
    return [f"topic write {topic}" for topic in says] + [f"topic read {topic}" for topic in hears]


def centre_rights() -> str:
    """Return the access list of the centre's broker: an office writes up and reads down under its own name."""
    up, down = f"{topics.UPLINK}/+/%u/up/#", f"{topics.UPLINK}/+/%u/down/#"
    return f"user centre\ntopic readwrite {topics.UPLINK}/#\n\npattern write {up}\npattern read {down}\n"


def write(folder: Path, *, port: int, users: Sequence[str], rights: str) -> Path:
    """Write configuration, passwords (one file a user: ``USER.password``) and rights; return the configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    passwords = folder / "passwords"
    lines = []
    for user in users:
        secret = secrets.token_urlsafe(18)
        file = folder / f"{user}.password"
        _private(file, secret)
        lines.append(f"{user}:{secret}\n")
    _private(passwords, "".join(lines))
    subprocess.run([binary("mosquitto_passwd"), "-U", str(passwords)], check=True, capture_output=True)
    _private(folder / "rights", rights)
    config = folder / "mosquitto.conf"
    config.write_text(
        f"user {pwd.getpwuid(os.getuid()).pw_name}\n"  # started by root it would become another and read nothing here
        f"listener {port} 127.0.0.1\n"
        "allow_anonymous false\n"
        f"password_file {passwords}\n"
        f"acl_file {folder / 'rights'}\n"
        "persistence false\n"
        "max_queued_messages 10000\n"
        "log_type error\n"
        "log_type warning\n"
    )
    return config


def _private(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)
