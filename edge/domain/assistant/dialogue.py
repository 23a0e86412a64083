"""The dialogue: what is answered to what a person wrote or tapped, and what is to be done.

Deterministic, in the order service → modality → slot. It asks only what it does not know: a service with one modality
is never asked for it. What cannot be done by itself, and every "I want to talk to a person", ends with a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from edge.domain.assistant import asides, understanding
from edge.domain.assistant.choices import (
    choose,
    choose_hour,
    choose_mode,
    choose_now,
    choose_own,
    choose_service,
    on_day,
)
from edge.domain.assistant.conversation import Aim, Step
from edge.domain.assistant.prompts import PERSON, Reply, Scene, hour_option, prompt, service_option
from edge.domain.assistant.understanding import Hint
from edge.domain.assistant.world import (
    Act,
    AskPerson,
    Cancel,
    Confirm,
    Delay,
    GiveContact,
    Hold,
    Move,
    Option,
    Outcome,
    Say,
    Seen,
    SendAgain,
    TakeTurn,
    TellHere,
)

HAND_BACK = Option("hand_back", "option.hand_back")
_WISHES = ("person", "restart", "later", "mute", "tell", "cancel", "move", "know", "back")


def greet(scene: Scene) -> Reply:
    """Begin: say that nobody is typing here, and ask for the service."""
    return scene.afresh().ask(Say("hello"))


def hear(scene: Scene, said: str, *, tapped: bool = False) -> Reply:
    """Answer to what was *said*: text, or the id of an option that was *tapped*, maybe of an old message."""
    if tapped:
        return choose(scene, said)
    if chosen := _by_number(scene, said):
        return choose(scene, chosen)
    if not scene.lexicon.first(said, ("person",)) and (alone := asides.private(scene, said)):
        return alone
    if not _is_answer(scene, said) and (wish := scene.lexicon.first(said, _WISHES)):
        return choose(scene, wish, said=scene.lexicon.without(said, wish))
    if not _is_answer(scene, said) and (beside := asides.asked(scene, said)):
        return beside
    reply = _READ[scene.talk.step](scene, said)
    missed = reply.act is None and reply.talk.misses > scene.talk.misses
    return (asides.plain_wish(scene, said) if missed else None) or reply


def done(scene: Scene, act: Act, outcome: Outcome) -> Reply:
    """Go on after *act* with what came of it."""
    return _DONE[type(act)](scene, outcome) if outcome.done else _failed(scene, act, outcome)


# --- what was written, read in the light of what was asked ------------------------------------------------------------


def _read_service(scene: Scene, said: str) -> Reply:
    hint = _hint(scene, said)
    found = scene.services(said)
    if len(found) == 1:
        return choose_service(scene, found[0].id, hint)
    noted = scene.to(scene.talk.step, day=hint.day, part=hint.part) if hint.day else scene
    if found:
        return Reply(noted.talk, (Say("did_you_mean"),), (*map(service_option, found), PERSON))
    if hint.day is None:
        return scene.again()
    if scene.talk.step is Step.DONE:
        noted = scene.afresh().to(Step.SERVICE, day=hint.day, part=hint.part)
    return noted.ask(Say("for_day", {"day": hint.day}))


def _read_mode(scene: Scene, said: str) -> Reply:
    meant = scene.lexicon.first(said, ("video", "presencial"))
    return choose_mode(scene, meant, _hint(scene, said)) if meant else _read_service(scene, said)


def _read_when(scene: Scene, said: str) -> Reply:
    if scene.lexicon.first(said, ("now",)):
        return choose_now(scene)
    hint = _hint(scene, said)
    if hint.day is None and not hint.part:
        return _read_service(scene, said)
    return on_day(scene.to(Step.WHEN, day=hint.day, part=hint.part))


def _read_hour(scene: Scene, said: str) -> Reply:
    draft = scene.talk.draft
    hint = _hint(scene, said)
    if hint.day not in (None, draft.day):
        return _read_when(scene, said)
    day = draft.day or scene.world.today()
    free = [scene.world.local(at) for at in scene.world.hours(draft.service, draft.mode, day)]
    found = understanding.hour_in(said, free)
    if len(found) == 1:
        return choose_hour(scene, found[0].isoformat())
    if found:
        return Reply(scene.talk, (Say("ask.hour", {"day": day}),), (*map(hour_option, found), PERSON))
    return on_day(scene.to(Step.WHEN, day=day, part=hint.part)) if hint.part else scene.again()


def _read_contact(scene: Scene, said: str) -> Reply:
    return scene.act(GiveContact(scene.talk.draft.target, said))


def _read_code(scene: Scene, said: str) -> Reply:
    code = understanding.code_in(said)
    return scene.act(Confirm(scene.talk.draft.target, code)) if code else scene.again()


def _read_own(scene: Scene, said: str) -> Reply:
    meant = {topic.id for topic in understanding.services_in(said, scene.world.topics())}
    mine = [own for own in scene.changeable() if own.service in meant or own.code == said.strip().upper() != ""]
    return choose_own(scene, mine[0].id) if len(mine) == 1 else scene.again()


def _read_sure(scene: Scene, said: str) -> Reply:
    meant = scene.lexicon.first(said, ("no", "yes"))
    return choose(scene, meant) if meant else scene.again()


_READ: Mapping[Step, Callable[[Scene, str], Reply]] = MappingProxyType(
    {
        Step.SERVICE: _read_service,
        Step.MODE: _read_mode,
        Step.WHEN: _read_when,
        Step.HOUR: _read_hour,
        Step.CONTACT: _read_contact,
        Step.CODE: _read_code,
        Step.OWN: _read_own,
        Step.SURE: _read_sure,
        Step.DONE: _read_service,
    }
)


# --- what came of it --------------------------------------------------------------------------------------------------


def _has_turn(scene: Scene, outcome: Outcome) -> Reply:
    return scene.to(Step.DONE).ask(Say("done.turn", outcome.values), *_told_here(outcome))


def _has_slot(scene: Scene, outcome: Outcome) -> Reply:
    return scene.to(Step.CONTACT, target=outcome.target).ask(Say("done.held", outcome.values))


def _has_code(scene: Scene, _: Outcome) -> Reply:
    return scene.to(Step.CODE).ask()


def _has_another_code(scene: Scene, _: Outcome) -> Reply:
    return scene.ask(Say("done.sent_again"))


def _is_booked(scene: Scene, outcome: Outcome) -> Reply:
    return scene.to(Step.DONE).ask(Say("done.booked", outcome.values), *scene.bring(), *_told_here(outcome))


def _is_moved(scene: Scene, outcome: Outcome) -> Reply:
    return scene.to(Step.DONE, aim=Aim.ATTEND).ask(Say("done.moved", outcome.values))


def _is_cancelled(scene: Scene, _: Outcome) -> Reply:
    return scene.to(Step.DONE, aim=Aim.ATTEND).ask(Say("done.cancelled"))


def _told_here(outcome: Outcome) -> tuple[Say, ...]:
    return (Say("told_here"),) if outcome.told else ()


def _is_delayed(scene: Scene, outcome: Outcome) -> Reply:
    return scene.ask(Say("done.delayed", outcome.values))


def _is_told(scene: Scene, outcome: Outcome) -> Reply:
    return scene.ask(Say("told_here" if outcome.told else "done.muted"))


def _is_seen(scene: Scene, _: Outcome) -> Reply:
    return Reply(scene.talk, (Say("done.seen"),), (PERSON,))


def _is_asked(scene: Scene, outcome: Outcome) -> Reply:
    return Reply(scene.talk, (Say("done.asked", outcome.values),), (HAND_BACK,))


_DONE: Mapping[type, Callable[[Scene, Outcome], Reply]] = MappingProxyType(
    {
        TakeTurn: _has_turn,
        Hold: _has_slot,
        GiveContact: _has_code,
        SendAgain: _has_another_code,
        Confirm: _is_booked,
        Move: _is_moved,
        Cancel: _is_cancelled,
        AskPerson: _is_asked,
        Delay: _is_delayed,
        TellHere: _is_told,
        Seen: _is_seen,
    }
)


def _failed(scene: Scene, act: Act, outcome: Outcome) -> Reply:
    """Say why in words and lead to the next thing that can work; never a dead end."""
    if isinstance(act, Delay) and outcome.code == "arrive_first":
        standing = scene.world.standing(act.target)
        if standing is not None and standing.come_by is not None:
            return scene.ask(Say("arrive_first", {"at": standing.come_by}))
    step = _AFTER.get((type(act), outcome.code)) or _AFTER.get((type(act), ""), scene.talk.step)
    later = (Say("try_at", {"at": outcome.retry_at}),) if outcome.retry_at else ()
    return scene.to(step).ask(Say(f"problems.{outcome.code}"), *later)


_AFTER: Mapping[tuple[type, str], Step] = MappingProxyType(
    {
        (TakeTurn, ""): Step.WHEN,
        (Hold, ""): Step.HOUR,
        (Hold, "closed_then"): Step.WHEN,
        (Hold, "too_far_ahead"): Step.WHEN,
        (Move, ""): Step.HOUR,
        (Move, "closed_then"): Step.WHEN,
        (GiveContact, ""): Step.CONTACT,
        (GiveContact, "hold_over"): Step.HOUR,
        (GiveContact, "person_day"): Step.WHEN,
        (GiveContact, "person_open"): Step.DONE,
        (Confirm, ""): Step.CODE,
        (Confirm, "hold_over"): Step.HOUR,
        (Confirm, "too_many_tries"): Step.HOUR,
        (SendAgain, ""): Step.CODE,
        (SendAgain, "hold_over"): Step.HOUR,
        (Cancel, ""): Step.DONE,
        (AskPerson, ""): Step.SERVICE,
    }
)


def _hint(scene: Scene, said: str) -> Hint:
    return understanding.hint_in(said, scene.world.today(), scene.lexicon)


def _by_number(scene: Scene, said: str) -> str:
    if scene.talk.step is Step.HOUR:
        return ""  # a number is an hour there
    options = prompt(scene)[1]
    number = understanding.number_in(said)
    return options[number - 1].id if 0 < number <= len(options) else ""


def _is_answer(scene: Scene, said: str) -> bool:
    """Whether *said* answers what was asked, though words in it could be a wish of its own."""
    if scene.talk.step is Step.CONTACT:
        return "@" in said or sum(c.isdigit() for c in said) >= 9
    return scene.talk.step is Step.CODE and bool(understanding.code_in(said))
