"""Tables of the office and how they came about: migrations are appended and never changed.

The order of the imports is the order in which they are applied.
"""

from edge.adapters.sqlite.schema import (  # isort: skip_file
    first,
    counting,
    calling,
    agenda,
    reports,
    consoles,
    waits,
    notices,
    documents,
    conversations,
    one_of_each,
    notes,
    company,
    people,
    merging,
    accounts,
    uncalled,
    cases,
)
from edge.adapters.sqlite.schema.history import migrations

__all__ = [
    "accounts",
    "agenda",
    "calling",
    "cases",
    "company",
    "consoles",
    "conversations",
    "counting",
    "documents",
    "first",
    "merging",
    "migrations",
    "notes",
    "notices",
    "one_of_each",
    "people",
    "reports",
    "uncalled",
    "waits",
]
