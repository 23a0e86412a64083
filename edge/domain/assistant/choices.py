"""What follows when something is chosen: an option of this message or of an old one, or a wish said in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType

from edge.domain.assistant.conversation import Aim, Step
from edge.domain.assistant.prompts import PERSON, Reply, Scene, in_part, later
from edge.domain.assistant.understanding import Hint
from edge.domain.assistant.world import (
    AskPerson,
    Cancel,
    Delay,
    Hold,
    Move,
    Option,
    Own,
    Say,
    Seen,
    SendAgain,
    TakeTurn,
    TellHere,
    Topic,
    Value,
)

Choose = Callable[[Scene, str], Reply]


def choose(scene: Scene, chosen: str, *, said: str = "") -> Reply:
    """Answer to the option with the id *chosen*; *said* is what else stood in the text in which the wish was found.

    Only a question about a service is read on; any other value is of an option, and names what it is about.
    """
    kind, _, value = chosen.partition(":")
    handler = _CHOICES.get(kind)
    return handler(scene, value or (said if handler is _know else "")) if handler else scene.again()


def choose_service(scene: Scene, service: str, hint: Hint = Hint()) -> Reply:
    """Go on with a service, or tell about it when that was the question. A day said before it is kept."""
    topic = scene.topic(service) if service else None
    if topic is None:
        return scene.afresh().again("gone")
    draft = scene.talk.draft
    before = Hint() if draft.service else Hint(draft.day, draft.part)  # of another service it means nothing
    day, part = hint.day or before.day, hint.part or before.part
    known = scene.to(Step.MODE, service=topic.id, mode="", day=day, part=part, target="")
    if scene.talk.draft.aim is Aim.KNOW or not topic.here:
        return _tell(known, topic)
    attending = known.to(Step.MODE, aim=Aim.ATTEND)
    return choose_mode(attending, hint.mode) if hint.mode in topic.modes else _next_mode(attending, topic)


def choose_mode(scene: Scene, mode: str, hint: Hint = Hint()) -> Reply:
    """Go on with a modality."""
    topic, draft = scene.topic(), scene.talk.draft
    if topic is None or mode not in topic.modes:
        return scene.again()
    return on_day(scene.to(Step.WHEN, mode=mode, day=hint.day or draft.day, part=hint.part or draft.part))


def on_day(scene: Scene) -> Reply:
    """Show the hours of the day that was said, or ask for a day; say where there is no hour as it was wished."""
    draft = scene.talk.draft
    if draft.day is None:
        return scene.to(Step.WHEN).ask()
    if draft.day not in scene.world.days(draft.service, draft.mode):
        return scene.to(Step.WHEN, day=None).ask(Say("day_full", {"day": draft.day}))
    hours = scene.world.hours(draft.service, draft.mode, draft.day)
    lacking = draft.part and not in_part(scene, hours)
    return scene.to(Step.HOUR).ask(*((Say(f"no_{draft.part}", {"day": draft.day}),) if lacking else ()))


def choose_now(scene: Scene, _: str = "") -> Reply:
    """Take a turn."""
    draft = scene.talk.draft
    if draft.aim is not Aim.ATTEND or not draft.service or draft.mode in ("", "video"):
        return scene.again()
    return scene.act(TakeTurn(draft.service, draft.mode))


def choose_day(scene: Scene, day: str) -> Reply:
    """Go on with a day."""
    wanted = _date(day)
    if wanted is None or not scene.talk.draft.mode:
        return scene.again()
    if wanted not in scene.world.days(scene.talk.draft.service, scene.talk.draft.mode):
        return scene.to(Step.HOUR, day=wanted).ask()
    return on_day(scene.to(Step.WHEN, day=wanted))


def choose_hour(scene: Scene, hour: str) -> Reply:
    """Hold the slot, or move an appointment to it."""
    at, draft = _moment(hour), scene.talk.draft
    if at is None or not draft.mode:
        return scene.again()
    if draft.aim is Aim.MOVE:
        return scene.act(Move(draft.target, draft.mode, at))
    return scene.act(Hold(draft.service, draft.mode, at))


def choose_own(scene: Scene, target: str) -> Reply:
    """Go on with one of the person's turns and appointments."""
    own = next((own for own in scene.changeable() if own.id == target), None)
    if own is None or scene.talk.draft.aim not in (Aim.CANCEL, Aim.MOVE):
        return scene.again("gone")
    return _with(scene, own)


def _next_mode(scene: Scene, topic: Topic) -> Reply:
    """Ask for the modality only where there is a choice."""
    if len(topic.modes) > 1:
        return scene.to(Step.MODE).ask()
    return on_day(scene.to(Step.WHEN, mode=topic.modes[0] if topic.modes else "presencial"))


def _more_days(scene: Scene, after: str) -> Reply:
    return scene.to(Step.WHEN, after=after).ask() if _date(after) and scene.talk.draft.mode else scene.again()


def _more_hours(scene: Scene, after: str) -> Reply:
    return scene.to(Step.HOUR, after=after).ask() if _moment(after) and scene.talk.draft.mode else scene.again()


def _other_day(scene: Scene, _: str) -> Reply:
    return scene.to(Step.WHEN, day=None).ask() if scene.talk.draft.mode else scene.again()


def _change(aim: Aim) -> Choose:
    def begin(scene: Scene, _: str) -> Reply:
        fresh = scene.afresh(aim)
        mine = fresh.changeable()
        if not mine:
            return scene.afresh().ask(Say("nothing_of_yours"))
        return _with(fresh, mine[0]) if len(mine) == 1 else fresh.to(Step.OWN).ask()

    return begin


def _with(scene: Scene, own: Own) -> Reply:
    step = Step.SURE if scene.talk.draft.aim is Aim.CANCEL else Step.WHEN
    return scene.to(step, target=own.id, service=own.service, mode=own.mode, day=None).ask()


def _yes(scene: Scene, chosen: str) -> Reply:
    """Give back what was asked about; the button of an earlier question answers no other one."""
    if scene.talk.step is not Step.SURE:
        return scene.again()
    target = scene.talk.draft.target
    return scene.act(Cancel(target)) if chosen in ("", target) else scene.again("gone")


def _no(scene: Scene, _: str) -> Reply:
    return scene.afresh().ask(Say("kept")) if scene.talk.step is Step.SURE else scene.again()


def _person(scene: Scene, _: str) -> Reply:
    return scene.act(AskPerson())


def _restart(scene: Scene, _: str) -> Reply:
    return scene.afresh().ask()


def _back(scene: Scene, _: str) -> Reply:
    topic, step = scene.topic(), _BEFORE[scene.talk.step]
    if step is Step.SERVICE or (step is Step.MODE and (topic is None or len(topic.modes) < 2)):
        return scene.afresh().ask()
    return scene.to(step).ask()


def _send_again(scene: Scene, _: str) -> Reply:
    return scene.act(SendAgain(scene.talk.draft.target)) if scene.talk.step is Step.CODE else scene.again()


def _stay(scene: Scene, _: str) -> Reply:
    return scene.ask()


def _later(scene: Scene, chosen: str) -> Reply:
    """Ask for more time for the turn that is *chosen*, without one for the only one; of several it asks which."""
    turn, _, delays = chosen.partition(":")
    mine = [own for own in scene.world.own() if own.is_turn]
    meant = [own for own in mine if own.id == turn] if turn else mine
    if not meant:
        return scene.again("gone") if turn else scene.ask(Say("nothing_of_yours"))
    if len(meant) == 1:
        asked = int(delays) if delays.isdecimal() else 0  # a button without the number is older than any delay
        return scene.act(Delay(meant[0].id, asked if turn else meant[0].delays))
    options = (Option(later(own.id, own.delays), "option.own_turn", _named(scene, own)) for own in meant)
    return Reply(scene.talk, (Say("ask.own_later"),), (*options, PERSON))


def _named(scene: Scene, own: Own) -> Mapping[str, Value]:
    return {"service": scene.names(own.service), "code": own.code}


def _tell_here(wanted: bool) -> Choose:  # noqa: FBT001 - the two rows of one table
    return lambda scene, _: scene.act(TellHere(wanted))


def _seen(scene: Scene, notice: str) -> Reply:
    return scene.act(Seen(notice))


def _know(scene: Scene, said: str) -> Reply:
    """Answer "can I do it here, what do I bring?" about the service that is meant, or ask which."""
    found = scene.services(said) if said else []
    topic = found[0] if len(found) == 1 else None if found else scene.topic()
    if topic is None:
        return scene.afresh(Aim.KNOW).ask()
    if topic.here and topic.id == scene.talk.draft.service:  # asked on the way: the place in it is kept
        return scene.ask(*_facts(scene, topic))
    return _tell(scene.to(Step.MODE, service=topic.id, mode="", day=None, target=""), topic)


def _tell(scene: Scene, topic: Topic) -> Reply:
    """Say whether it can be done here and what to bring; whoever wants it goes on from there."""
    if not topic.here:
        return scene.afresh().ask(Say("not_here", {"service": topic.names}))
    after = _next_mode(scene.to(Step.MODE, aim=Aim.ATTEND), topic)
    return replace(after, says=(*_facts(scene, topic), *after.says))


def _facts(scene: Scene, topic: Topic) -> tuple[Say, ...]:
    key = "here_both" if len(topic.modes) > 1 else f"here_{topic.modes[0] if topic.modes else 'presencial'}"
    named = {"service": topic.names}
    return (Say(key, named), *(scene.bring() or (Say("bring_unknown", named),)))


_CHOICES: Mapping[str, Choose] = MappingProxyType(
    {
        "service": choose_service,
        "mode": choose_mode,
        "now": choose_now,
        "day": choose_day,
        "days": _more_days,
        "hour": choose_hour,
        "hours": _more_hours,
        "other_day": _other_day,
        "own": choose_own,
        "cancel": _change(Aim.CANCEL),
        "move": _change(Aim.MOVE),
        "know": _know,
        "yes": _yes,
        "no": _no,
        "person": _person,
        "restart": _restart,
        "back": _back,
        "again": _send_again,
        "hand_back": _stay,
        "later": _later,
        "tell": _tell_here(wanted=True),
        "mute": _tell_here(wanted=False),
        "seen": _seen,
    }
)

_BEFORE: Mapping[Step, Step] = MappingProxyType(
    {
        Step.SERVICE: Step.SERVICE,
        Step.MODE: Step.SERVICE,
        Step.WHEN: Step.MODE,
        Step.HOUR: Step.WHEN,
        Step.CONTACT: Step.HOUR,
        Step.CODE: Step.CODE,  # the code is on its way: only a new beginning leads away
        Step.OWN: Step.SERVICE,
        Step.SURE: Step.SERVICE,
        Step.DONE: Step.SERVICE,
    }
)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
