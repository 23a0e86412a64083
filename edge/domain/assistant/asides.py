"""What people ask or say beside the way: hours, place, wait, thank you. It is answered, and the way stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from edge.domain.assistant import understanding
from edge.domain.assistant.conversation import Step
from edge.domain.assistant.prompts import PERSON, RESTART, Reply, Scene, service_option
from edge.domain.assistant.world import Due, Now, Own, Say, Standing, Topic

_COURTESY = ("thanks", "greeting")


def asked(scene: Scene, said: str) -> Reply | None:
    """Answer a question about the office itself, and words that are nothing but polite; None for anything else."""
    if scene.lexicon.only(said, _COURTESY):
        return _polite(scene, said)
    if scene.lexicon.first(said, ("deaf",)):
        return _in_writing(scene)
    if (theirs := scene.lexicon.first(said, ("mine", "wait"))) and (stands := _stands(scene, said)):
        return (scene.to(Step.DONE) if scene.talk.step is Step.SERVICE else scene).ask(*stands)
    if theirs == "mine":
        return scene.ask(Say("nothing_of_yours"))
    concept = scene.lexicon.first(said, _ASIDES)
    return scene.ask(*_ASIDES[concept](scene, said)) if concept else None


def private(scene: Scene, said: str) -> Reply | None:
    """Answer to words that nobody should have to explain: somebody to talk to alone, at once; None for anything else.

    Only the words themselves count, and the conversation stays where it is.
    """
    if not scene.lexicon.first(said, ("private",)):
        return None
    alone = (service_option(topic) for topic in scene.world.topics() if topic.here and topic.private)
    return Reply(replace(scene.talk, misses=0), (Say("private_matter"),), (PERSON, *alone, RESTART))


def plain_wish(scene: Scene, said: str) -> Reply | None:
    """Answer to the bare wish for a turn or an appointment, and to polite words, where nothing else was understood."""
    if scene.lexicon.first(said, ("book",)):
        return (scene.afresh() if scene.talk.step is Step.DONE else scene).ask()
    return _polite(scene, said) if scene.lexicon.first(said, _COURTESY) else None


def _polite(scene: Scene, said: str) -> Reply:
    return scene.ask(*((Say("welcome"),) if scene.lexicon.first(said, ("thanks",)) else ()))


def _in_writing(scene: Scene) -> Reply:
    """Tell who does not hear what works without sound, with a person who writes as the first answer."""
    reply = scene.ask(Say("in_writing"))
    return replace(reply, options=(PERSON, *(option for option in reply.options if option is not PERSON)))


def _hours(scene: Scene, said: str) -> tuple[Say, ...]:
    day = understanding.day_in(said, scene.world.today(), scene.lexicon)
    if day is not None:
        openings = scene.world.openings(day)
        told = (Say("hours_day", {"day": day, "opens": opens, "closes": closes}) for opens, closes in openings)
        return tuple(told) or (Say("hours_shut", {"day": day}),)
    doors = scene.world.doors()
    if doors.opens is None:
        return (Say("hours_last", {"closes": doors.closes}) if doors.closes else Say("hours_never"),)
    if doors.closes is None:
        return (Say("hours_closed", {"opens": doors.opens}),)
    return (Say("hours_open", {"closes": doors.closes, "opens": doors.opens}),)


def _place(scene: Scene, _: str) -> tuple[Say, ...]:
    return (Say("place", {"place": scene.world.place()}),)


def _stands(scene: Scene, said: str) -> tuple[Say, ...]:
    """Tell how this person's turns stand; nothing when the question is about a service that none of them is for."""
    rest = scene.lexicon.without(scene.lexicon.without(said, "wait"), "mine")
    found = {topic.id for topic in scene.services(rest)}
    mine = [own for own in scene.world.own() if own.is_turn and (not found or own.service in found)]
    told = ((own, scene.world.standing(own.id)) for own in mine)
    return tuple(say for own, standing in told if standing is not None for say in _standing(own, standing))


def _standing(own: Own, standing: Standing) -> tuple[Say, ...]:
    if standing.desk:
        return (Say("stand.called", {"code": own.code, "desk": standing.desk}),)
    ahead = {0: "nobody", 1: "one"}.get(standing.ahead, "many")
    hours = {name: at for name, at in (("start", standing.start), ("end", standing.end)) if at is not None}
    come = (Say("stand.come", {"at": standing.come_by}),) if standing.come_by else ()
    due = f"if_{standing.due}" if come and standing.due is not Due.UNKNOWN else str(standing.due)
    return (
        Say(f"stand.{ahead}", {"code": own.code, "n": standing.ahead}),
        Say(f"stand.{due}", dict(hours)),
        *come,
    )


def _wait(scene: Scene, said: str) -> tuple[Say, ...]:
    found = scene.services(scene.lexicon.without(said, "wait"))
    topic = found[0] if len(found) == 1 else scene.topic()
    if topic is not None and topic.here:
        return _wait_of(topic, scene.world.now(topic.id))
    here = [scene.world.now(topic.id) for topic in scene.world.topics() if topic.here]
    waits = [now.wait for now in here if now.admitted and now.wait]
    if waits:
        return (Say("wait_any", {"low": min(low for low, _ in waits), "high": max(high for _, high in waits)}),)
    return (Say("wait_unknown" if any(now.admitted for now in here) else "wait_shut"),)


def _wait_of(topic: Topic, now: Now) -> tuple[Say, ...]:
    if not now.admitted:
        later = (Say("try_at", {"at": now.retry_at}),) if now.retry_at else ()
        return (Say("wait_shut"), *later)
    if now.wait is None:
        return (Say("wait_unknown"),)
    return (Say("wait_of", {"service": topic.names, "low": now.wait[0], "high": now.wait[1]}),)


_ASIDES: Mapping[str, Callable[[Scene, str], tuple[Say, ...]]] = MappingProxyType(
    {"wait": _wait, "hours": _hours, "place": _place}
)
