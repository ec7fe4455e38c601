"""The domain: five kinds of records and what they refer to (see docs/modele.md)."""

from catalogue.models.evidence import Document, Indicator
from catalogue.models.history import ImportBatch, Revision, Transition
from catalogue.models.kinds import (
    Application,
    Experiment,
    LabelAward,
    Need,
    NeedAnswer,
    Operation,
    Solution,
    TestSite,
)
from catalogue.models.map import CatalogueChange, MapCell, MapEntry, MapShape
from catalogue.models.meeting import ContactRequest, SavedSearch
from catalogue.models.organisation import Membership, Organisation
from catalogue.models.record import Record, RecordOrganisation
from catalogue.models.reference import (
    IndicatorType,
    Programme,
    Source,
    Stake,
    Theme,
    ThemeCrosswalk,
    Zonage,
    ZonageMember,
)
from catalogue.models.search import FacetBlock, FacetChange, SearchEntry, SearchWord

__all__ = [
    "Application",
    "CatalogueChange",
    "ContactRequest",
    "Document",
    "Experiment",
    "FacetBlock",
    "FacetChange",
    "ImportBatch",
    "Indicator",
    "IndicatorType",
    "LabelAward",
    "MapCell",
    "MapEntry",
    "MapShape",
    "Membership",
    "Need",
    "NeedAnswer",
    "Operation",
    "Organisation",
    "Programme",
    "Record",
    "RecordOrganisation",
    "Revision",
    "SavedSearch",
    "SearchEntry",
    "SearchWord",
    "Solution",
    "Source",
    "Stake",
    "TestSite",
    "Theme",
    "ThemeCrosswalk",
    "Transition",
    "Zonage",
    "ZonageMember",
]
