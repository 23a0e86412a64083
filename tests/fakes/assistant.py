"""An office for the dialogue to talk about: fixed services, days and hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from edge.domain.assistant.world import Doors, Now, Own, Standing, Topic
from tests.fixtures.clocks import MONDAY_MORNING

MADRID = ZoneInfo("Europe/Madrid")
TODAY = MONDAY_MORNING.astimezone(MADRID).date()
REGISTRY = Topic(
    "registro",
    {"es": "Registro de documentos", "ca": "Registre de documents", "en": "Submit documents", "ar": "تسجيل الوثائق"},
    words=("presentar papeles",),
    modes=("presencial",),
    bring={"es": ("Documento de identidad",), "en": ("Identity document",)},
)
FAMILY = Topic(
    "familia_numerosa",
    {"es": "Título de familia numerosa", "ca": "Títol de família nombrosa", "en": "Large family card"},
    modes=("presencial", "video"),
)
COUPLES = Topic("uniones_de_hecho", {"es": "Uniones de hecho", "en": "Civil unions"}, modes=("presencial",))
DIGITAL = Topic(
    "certificado",
    {"es": "Certificado digital", "en": "Digital certificate", "ar": "الشهادة الرقمية وCl@ve"},
    modes=("presencial",),
)
RESIDENCE = Topic("residencia", {"es": "Certificado de residencia", "ar": "شهادة الإقامة"}, modes=("presencial",))
PAYMENT = Topic("pago", {"es": "Certificado de pago", "ar": "شهادة الدفع"}, modes=("presencial",))
TAXI = Topic("taxi", {"es": "Autorización de taxi", "en": "Taxi licence"}, modes=("presencial",), here=False)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=MADRID).astimezone(UTC)


@dataclass
class FakeWorld:
    """Free on the next *free_days* days from nine to half past six, or *until* an hour, every half an hour."""

    free_days: int = 8
    turn: Now = field(default_factory=lambda: Now(admitted=True, wait=(10, 25)))
    mine: list[Own] = field(default_factory=list)
    stands: dict[str, Standing] = field(default_factory=dict)
    until: int = 19
    told: bool | None = None

    def topics(self) -> Sequence[Topic]:
        return [REGISTRY, FAMILY, COUPLES, DIGITAL, RESIDENCE, PAYMENT, TAXI]

    def now(self, service: str) -> Now:
        return self.turn

    def days(self, service: str, mode: str) -> Sequence[date]:
        return [TODAY + timedelta(days=n) for n in range(1, self.free_days + 1)]

    def hours(self, service: str, mode: str, day: date) -> Sequence[datetime]:
        every = range(2 * (self.until - 9))
        return [at(day, 9 + n // 2, 30 * (n % 2)) for n in every] if day in self.days(service, mode) else []

    def doors(self) -> Doors:
        return Doors(closes=at(TODAY, 19), opens=at(TODAY + timedelta(days=1), 9))

    def openings(self, day: date) -> Sequence[tuple[datetime, datetime]]:
        return [(at(day, 9), at(day, 19))] if day.weekday() < 6 else []

    def place(self) -> str:
        return "Calle Mayor 1"

    def own(self) -> Sequence[Own]:
        return self.mine

    def standing(self, turn: str) -> Standing | None:
        return self.stands.get(turn)

    def is_told(self) -> bool | None:
        return self.told

    def more_min(self) -> int:
        return 10

    def today(self) -> date:
        return TODAY

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(MADRID)
