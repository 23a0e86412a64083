"""Alerts as people see them: which ones concern whom, and a place in words."""

from __future__ import annotations

from edge.adapters.http.call import Call
from edge.adapters.http.pages import NATIVE_NAMES
from edge.adapters.http.shapes.alerts import AlertNow
from edge.domain.alerts import Alert, AlertKind, AlertState
from edge.domain.errors import NotFound
from edge.runtime.weblogin import Role, WebSession
from edge.services.alerts import DESK, DEVICE, ENTRANCE, WAITING, ZONE


async def alerts_now(call: Call) -> list[AlertNow]:
    """Return the open alerts that concern who is logged in, emergencies first."""
    shown = [alert for alert in await call.site.alerts.get() if call.session and concerns(alert, call.session)]
    ranked = sorted(shown, key=lambda alert: (alert.kind is AlertKind.HELP, alert.raised_at, alert.id))
    return [await told(call, alert) for alert in ranked]


async def places_in_need(call: Call) -> list[tuple[str, str]]:
    """Return (kind, place) of what waits for somebody, as a locked page may show it: whoever passes by can read it."""
    rows = await call.site.alerts.get()
    open_ones = [a for a in rows if call.session and a.waits and not a.silent and concerns(a, call.session)]
    ranked = sorted(open_ones, key=lambda alert: (alert.kind is AlertKind.HELP, alert.raised_at, alert.id))
    return [(str(alert.kind), place_words(call, alert.place)[0]) for alert in ranked]


def concerns(alert: Alert, session: WebSession) -> bool:
    """Whether *session* is told of *alert*.

    Of an emergency everybody is; of help the door and who goes there, and everybody once nobody has come in time.
    """
    if alert.kind is AlertKind.EMERGENCY or alert.state is AlertState.ESCALATED:
        return True
    return session.may(Role.HELPER, Role.MANAGER) or alert.taken_by == f"agent:{session.staff_id}"


async def told(call: Call, alert: Alert) -> AlertNow:
    """Return *alert* in words."""
    label, zone = place_words(call, alert.place)
    return AlertNow(
        id=alert.id,
        kind=str(alert.kind),
        state=str(alert.state),
        place=alert.place,
        label=label,
        zone=zone,
        silent=alert.silent,
        languages=[NATIVE_NAMES.get(language, language) for language in alert.languages],
        turn=await _code(call, alert.turn),
        raised_at=alert.raised_at,
        taken_at=alert.taken_at,
        taken_by=(await call.site.staff_names.get()).get(alert.taken_by, ""),
        mine=alert.raised_by == call.actor,
    )


def place_words(call: Call, place: str) -> tuple[str, str]:
    """Return (place, zone) as people say it."""
    say, office = call.words.say, call.web.office()
    if place.startswith(DESK) and (desk := office.desks.get(place.removeprefix(DESK))) is not None:
        return say("consoles.place.desk", label=desk.label), desk.zone
    if place.startswith(ZONE):
        return place.removeprefix(ZONE), ""
    if place.startswith(DEVICE):
        return say("consoles.place.device", name=place.removeprefix(DEVICE)), ""
    return say({ENTRANCE: "consoles.place.entrance", WAITING: "consoles.place.waiting"}.get(place, place)), ""


async def _code(call: Call, turn_id: str) -> str:
    try:
        return (await call.web.read(call.web.turns.get, turn_id)).code if turn_id else ""
    except NotFound:
        return ""
