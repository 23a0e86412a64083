"""What has to be said about counting people, put together from the office's settings and its counters' files.

Facts for the entrance poster, the impact assessment and the record of processing. It gives no legal opinion: what only
people can decide is listed as open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from edge.contracts.cameras import CameraShapes, CounterLayout
from edge.contracts.office import PrivacyEntry
from edge.services.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """One camera: how its counter is configured, and what is drawn in the office, *layout* the version of that."""

    group: str
    camera: str
    kind: str
    lines: int
    doors: int
    zones: int
    masks: int
    heat: bool
    layout: int = 0  # 0: as in the counter's file


@dataclass(frozen=True, slots=True)
class Watched:
    """One camera of the record, with how it is really configured when that is known."""

    group: str
    camera: str
    place: str
    masked: str
    facts: CameraFacts | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """Everything that the papers say."""

    office: str
    title: str
    address: str
    url: str
    languages: tuple[str, ...]
    brand: str
    capacity: int
    privacy: PrivacyEntry
    cameras: tuple[Watched, ...]
    centre: bool
    open_points: tuple[str, ...] = field(default=())


def as_drawn(counters: Iterable[CameraFacts], layouts: Iterable[CounterLayout]) -> list[CameraFacts]:
    """Return *counters* with the shapes of the office's *layouts* in place of those that the files begin with."""
    drawn = {(layout.group, camera.camera): (layout.version, camera) for layout in layouts for camera in layout.cameras}
    return [_drawn(facts, *drawn.get((facts.group, facts.camera), (0, None))) for facts in counters]


def register(settings: Settings, counters: Iterable[CameraFacts], *, centre: bool, public_url: str = "") -> Register:
    """Return the facts of an office; raise ``SettingsError`` when its document has no ``privacy``."""
    office = settings.office
    if office.privacy is None:
        raise SettingsError("privacy", "this part is missing: it names who answers for counting people")
    known = {(facts.group, facts.camera): facts for facts in counters}
    cameras = tuple(
        Watched(entry.group, entry.camera, entry.place, entry.masked, known.get((entry.group, entry.camera)))
        for entry in office.privacy.camera
    )
    return Register(
        office=office.id,
        title=office.title,
        address=office.address,
        url=(public_url or office.public_url).rstrip("/"),
        languages=tuple(office.languages),
        brand=office.brand,
        capacity=office.capacity.people,
        privacy=office.privacy,
        cameras=cameras,
        centre=centre,
        open_points=tuple(_open_points(cameras, known, office.capacity.source)),
    )


def _open_points(cameras: Iterable[Watched], known: Mapping[tuple[str, str], CameraFacts], source: str) -> list[str]:
    """Return, in Spanish as the papers are, what does not fit together or is not known."""
    found = [
        f"La cámara {facts.group}/{facts.camera} está configurada para contar y no figura en el registro."
        for key, facts in known.items()
        if key not in {(camera.group, camera.camera) for camera in cameras}
    ]
    for camera in cameras:
        name = f"{camera.group}/{camera.camera}"
        if camera.facts is None:
            found.append(f"De la cámara {name} no se ha leído la configuración de su contador.")
        elif camera.masked and not camera.facts.masks:
            found.append(f"La cámara {name} declara una zona tapada y su contador no tiene ninguna máscara.")
        elif not camera.facts.masks:
            found.append(f"La cámara {name} no tiene máscaras: compruebe que no ve la calle ni pantallas.")
    if not source:
        found.append("Falta el documento que autoriza el aforo.")
    return found


def _drawn(facts: CameraFacts, version: int, camera: CameraShapes | None) -> CameraFacts:
    if camera is None:
        return facts
    return replace(
        facts,
        lines=len(camera.lines),
        doors=sum(line.door for line in camera.lines),
        zones=len(camera.zones),
        masks=len(camera.masks),
        layout=version,
    )
