"""The domain: five kinds of records and what they refer to."""

from catalogue.models.alerts import AlertMatch, FeedKey, SavedSearch
from catalogue.models.audience import AudienceDay, SearchMiss
from catalogue.models.capitalisation import Section, TypingBatch
from catalogue.models.evidence import Document, Indicator
from catalogue.models.history import ImportBatch, Revision, Transition
from catalogue.models.imports import ImportRow
from catalogue.models.jobs import Job
from catalogue.models.kinds import (
    Experiment,
    LabelAward,
    Need,
    NeedAnswer,
    Operation,
    Solution,
    TestSite,
)
from catalogue.models.mail import OutgoingMail
from catalogue.models.map import CatalogueChange, MapCell, MapEntry, MapShape
from catalogue.models.meeting import AnswerProposal, Application, Attachment, ContactRequest, Message
from catalogue.models.merging import DuplicateCandidate, Merge
from catalogue.models.organisation import Membership, Organisation
from catalogue.models.people import Curatorship, InactivityNotice, Invitation, ProviderIdentity
from catalogue.models.quality import ConfirmationRound, LinkState, QualityFinding
from catalogue.models.record import Record, RecordOrganisation
from catalogue.models.reference import (
    Concept,
    IndicatorType,
    Programme,
    Source,
    Stake,
    Theme,
    ThemeCrosswalk,
    Zonage,
    ZonageMember,
)
from catalogue.models.reference_history import ReferenceChange, TerritoryUpdate
from catalogue.models.search import (
    ConceptName,
    FacetBlock,
    FacetChange,
    RecordMeaning,
    SearchEntry,
    SearchWord,
)
from catalogue.models.versions import RecordVersion
from catalogue.models.workshop import BulkRun, CaseFile, CaseNote

__all__ = [
    "AlertMatch",
    "AnswerProposal",
    "Application",
    "Attachment",
    "AudienceDay",
    "BulkRun",
    "CaseFile",
    "CaseNote",
    "CatalogueChange",
    "Concept",
    "ConceptName",
    "ConfirmationRound",
    "ContactRequest",
    "Curatorship",
    "Document",
    "DuplicateCandidate",
    "Experiment",
    "FacetBlock",
    "FacetChange",
    "FeedKey",
    "ImportBatch",
    "ImportRow",
    "InactivityNotice",
    "Indicator",
    "IndicatorType",
    "Invitation",
    "Job",
    "LabelAward",
    "LinkState",
    "MapCell",
    "MapEntry",
    "MapShape",
    "Membership",
    "Merge",
    "Message",
    "Need",
    "NeedAnswer",
    "Operation",
    "Organisation",
    "OutgoingMail",
    "Programme",
    "ProviderIdentity",
    "QualityFinding",
    "Record",
    "RecordMeaning",
    "RecordOrganisation",
    "RecordVersion",
    "ReferenceChange",
    "Revision",
    "SavedSearch",
    "SearchEntry",
    "SearchMiss",
    "SearchWord",
    "Section",
    "Solution",
    "Source",
    "Stake",
    "TerritoryUpdate",
    "TestSite",
    "Theme",
    "ThemeCrosswalk",
    "Transition",
    "TypingBatch",
    "Zonage",
    "ZonageMember",
]
