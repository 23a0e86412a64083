"""What the dialogue asks at each step, with what can be tapped; "talk to a person" is always among it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType

from edge.domain.assistant import understanding
from edge.domain.assistant.conversation import Aim, Conversation, Step
from edge.domain.assistant.lexicon import Lexicon
from edge.domain.assistant.world import Act, Option, Own, Say, Topic, Value, World

DAYS_SHOWN = 5
HOURS_SHOWN = 8
PATIENCE = 2  # answers not understood before a person is offered first

PERSON = Option("person", "option.person")
BACK = Option("back", "option.back")
RESTART = Option("restart", "option.restart")
KNOW = Option("know", "option.know")
CANCEL = Option("cancel", "option.cancel")
MOVE = Option("move", "option.move")
NO = Option("no", "option.no")
TELL, MUTE = Option("tell", "option.tell"), Option("mute", "option.mute")

Prompt = tuple[Say, tuple[Option, ...]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the dialogue answers. An *act* is carried out first; what came of it goes to ``dialogue.done``."""

    talk: Conversation
    says: tuple[Say, ...] = ()
    options: tuple[Option, ...] = ()
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A conversation before the office of one moment."""

    talk: Conversation
    world: World
    lexicon: Lexicon

    def to(self, step: Step, **known: object) -> Scene:
        """Return the scene with the conversation at *step*."""
        return replace(self, talk=self.talk.to(step, **known))

    def afresh(self, aim: Aim = Aim.ATTEND) -> Scene:
        """Return the scene at its beginning, with another *aim*."""
        return replace(self, talk=self.talk.afresh()).to(Step.SERVICE, aim=aim)

    def topic(self, service: str = "") -> Topic | None:
        """Return a *service*, or the one that the conversation is about."""
        wanted = service or self.talk.draft.service
        return next((topic for topic in self.world.topics() if topic.id == wanted), None)

    def services(self, said: str) -> list[Topic]:
        """Return the services that *said* may mean; "I want an appointment for ..." names none."""
        wanted = self.lexicon.without(said, "language")
        return understanding.services_in(wanted, self.world.topics(), lambda word: self.lexicon.near(word, "private"))

    def names(self, service: str = "") -> Value:
        """Return its names, or its id when the region knows it no more."""
        topic = self.topic(service)
        return topic.names if topic else service or self.talk.draft.service

    def changeable(self) -> list[Own]:
        """Return what the person may cancel, or move when that is the aim."""
        return [own for own in self.world.own() if self.talk.draft.aim is not Aim.MOVE or not own.is_turn]

    # --- answers ------------------------------------------------------------------------------------------------------

    def ask(self, *says: Say) -> Reply:
        """Say *says* and ask the question of the step."""
        question, options = prompt(self)
        return Reply(replace(self.talk, misses=0), (*says, question), options)

    def act(self, act: Act) -> Reply:
        """Want something done."""
        return Reply(self.talk, act=act)

    def again(self, key: str = "") -> Reply:
        """Say that it was not understood, and ask again; soon a person is offered in so many words."""
        misses = self.talk.misses + 1
        lost = misses >= PATIENCE
        question, options = prompt(self)
        if lost:
            options = (PERSON, *(option for option in options if option is not PERSON))
        say = Say(key or ("not_understood_person" if lost else "not_understood"))
        return Reply(replace(self.talk, misses=misses), (say, question), options)

    def bring(self) -> tuple[Say, ...]:
        """Return what to bring for the service, when it is known."""
        topic = self.topic()
        if topic is None or not topic.bring:
            return ()
        rows = {language: "".join(f"\n• {row}" for row in texts) for language, texts in topic.bring.items()}
        return (Say("bring", {"list": rows}),)


def prompt(scene: Scene) -> Prompt:
    """Return the question of the present step and its options."""
    say, options = _PROMPTS[scene.talk.step](scene)
    return say, (*options, PERSON)


def service_option(topic: Topic) -> Option:
    """Return a service to choose."""
    return Option(f"service:{topic.id}", "option.service", {"service": topic.names})


def hour_option(at: datetime) -> Option:
    """Return an hour to choose."""
    return Option(f"hour:{at.isoformat()}", "option.hour", {"at": at})


def in_part(scene: Scene, hours: Sequence[datetime]) -> list[datetime]:
    """Return those of the *hours* that are in the part of the day that the person asked for."""
    meant = set(understanding.in_part([scene.world.local(at) for at in hours], scene.talk.draft.part))
    return [at for at in hours if at in meant]


def own_option(own: Own, scene: Scene) -> Option:
    """Return a turn or an appointment to choose."""
    service = scene.names(own.service)
    if own.at is not None:
        return Option(f"own:{own.id}", "option.own_appointment", {"service": service, "at": own.at})
    return Option(f"own:{own.id}", "option.own_turn", {"service": service, "code": own.code})


def _ask_service(scene: Scene) -> Prompt:
    here = tuple(service_option(topic) for topic in scene.world.topics() if topic.here)
    if scene.talk.draft.aim is Aim.KNOW:
        return Say("ask.know"), here
    return Say("ask.service"), (*here, KNOW, *_changes(scene))


def _ask_mode(scene: Scene) -> Prompt:
    topic = scene.topic()
    modes = [Option(f"mode:{mode}", f"option.mode_{mode}") for mode in (topic.modes if topic else ())]
    return Say("ask.mode", {"service": scene.names()}), (*modes, BACK)


def _ask_when(scene: Scene) -> Prompt:
    draft = scene.talk.draft
    days = scene.world.days(draft.service, draft.mode)
    options = _page([day for day in days if not draft.after or day.isoformat() > draft.after])
    facts: dict[str, Value] = {"service": scene.names()}
    if draft.aim is Aim.MOVE:
        return Say("ask.move_when" if days else "ask.no_days", facts), (*options, RESTART)
    now = scene.world.now(draft.service) if draft.mode != "video" and not draft.after else None
    if now is not None and now.admitted:
        options = (_now(now.wait), *options)
    key = "ask.when" if now is None or now.admitted else "ask.when_later"
    return Say(key if options else "ask.never", facts), (*options, BACK)


def _ask_hour(scene: Scene) -> Prompt:
    draft = scene.talk.draft
    day = draft.day or scene.world.today()
    hours = scene.world.hours(draft.service, draft.mode, day)
    meant = in_part(scene, hours) or hours
    left = [at for at in meant if not draft.after or at > datetime.fromisoformat(draft.after)]
    shown = left[:HOURS_SHOWN]
    options = [hour_option(at) for at in shown]
    if len(left) > len(shown):
        options.append(Option(f"hours:{shown[-1].isoformat()}", "option.more_hours"))
    other = Option("other_day", "option.other_day")
    return Say("ask.hour" if hours else "ask.no_hours", {"day": day}), (*options, other)


def _ask_contact(scene: Scene) -> Prompt:
    return Say("ask.contact_video" if scene.talk.draft.mode == "video" else "ask.contact"), (BACK, RESTART)


def _ask_code(_: Scene) -> Prompt:
    return Say("ask.code"), (Option("again", "option.again"), RESTART)


def _ask_own(scene: Scene) -> Prompt:
    mine = (own_option(own, scene) for own in scene.changeable())
    return Say(f"ask.own_{scene.talk.draft.aim}"), (*mine, RESTART)


def _ask_sure(scene: Scene) -> Prompt:
    own = next((own for own in scene.world.own() if own.id == scene.talk.draft.target), None)
    if own is None:
        return Say("gone"), (RESTART,)
    yes = Option(f"yes:{own.id}", "option.yes")
    return Say("ask.sure_turn" if own.is_turn else "ask.sure_appointment", own_option(own, scene).values), (yes, NO)


def _ask_more(scene: Scene) -> Prompt:
    return Say("ask.more"), (*_more_time(scene), *_changes(scene), *_telling(scene), RESTART)


def _changes(scene: Scene) -> tuple[Option, ...]:
    """Return what can be done with what the person already has."""
    mine = scene.world.own()
    return (*((CANCEL,) if mine else ()), *((MOVE,) if any(not own.is_turn for own in mine) else ()))


def _more_time(scene: Scene) -> tuple[Option, ...]:
    """Return that some more time can be asked for: of several turns which, is asked then."""
    waits = [own for own in scene.world.own() if own.can_wait]
    name = later(waits[0].id, waits[0].delays) if len(waits) == 1 else "later"
    return (Option(name, "option.later", {"minutes": scene.world.more_min()}),) if waits else ()


def later(turn: str, delays: int) -> str:
    """Return the id of the option that asks for more time for *turn*, which has got some *delays* times before."""
    return f"later:{turn}:{delays}"


def _telling(scene: Scene) -> tuple[Option, ...]:
    """Return how news into this chat are turned on or off, where there can be any."""
    told = scene.world.is_told()
    return () if told is None or not scene.world.own() else ((MUTE if told else TELL),)


def _page(days: Sequence[date]) -> tuple[Option, ...]:
    shown = days[:DAYS_SHOWN]
    options = [Option(f"day:{day.isoformat()}", "option.day", {"day": day}) for day in shown]
    if len(days) > len(shown):
        options.append(Option(f"days:{shown[-1].isoformat()}", "option.more_days"))
    return tuple(options)


def _now(wait: tuple[int, int] | None) -> Option:
    if wait is None:
        return Option("now", "option.now")
    return Option("now", "option.now_wait", {"low": wait[0], "high": wait[1]})


_PROMPTS: Mapping[Step, Callable[[Scene], Prompt]] = MappingProxyType(
    {
        Step.SERVICE: _ask_service,
        Step.MODE: _ask_mode,
        Step.WHEN: _ask_when,
        Step.HOUR: _ask_hour,
        Step.CONTACT: _ask_contact,
        Step.CODE: _ask_code,
        Step.OWN: _ask_own,
        Step.SURE: _ask_sure,
        Step.DONE: _ask_more,
    }
)
