"""Tables, constraints and column types; no decisions."""

from idp.models.audit_event import AuditChain, AuditEvent
from idp.models.base import Base
from idp.models.client import (
    CacheVersion,
    Client,
    ClientLogo,
    ClientSecret,
    InitialAccessToken,
    UsedAssertion,
)
from idp.models.client_person import ClientPerson, Standing
from idp.models.credential import (
    Passkey,
    PasskeyChallenge,
    Password,
    RecoveryCode,
    RecoveryCodeSet,
    TotpCredential,
    TotpMiss,
)
from idp.models.device import KnownDevice, TrustedDevice
from idp.models.event_count import EventCount
from idp.models.factor_reset import FactorReset
from idp.models.grant import (
    AuthorizationCode,
    DeniedToken,
    DeviceAuthorization,
    Grant,
    PushedRequest,
    RefreshToken,
    TokenFamily,
)
from idp.models.group import ClaimDefinition, Group, GroupMember
from idp.models.heartbeat import Heartbeat
from idp.models.idempotent_request import IdempotentRequest
from idp.models.interaction import Interaction, Kind, MailedLink
from idp.models.job_lease import JobLease
from idp.models.outbox import OutboundMessage
from idp.models.session import AuthenticationEvent, Session
from idp.models.signing_key import SigningKey
from idp.models.tally import Tally
from idp.models.throttle import Bucket
from idp.models.trace import RequestTrace
from idp.models.user import EmailAddress, Role, User
from idp.models.user_import import (
    ImportState,
    RetiredSubject,
    UserImport,
    UserImportChunk,
    UserImportKey,
    UserImportProblem,
)
from idp.models.workbench import FormSubmission, TrialSignIn

__all__ = [
    "AuditChain",
    "AuditEvent",
    "AuthenticationEvent",
    "AuthorizationCode",
    "Base",
    "Bucket",
    "CacheVersion",
    "ClaimDefinition",
    "Client",
    "ClientLogo",
    "ClientPerson",
    "ClientSecret",
    "DeniedToken",
    "DeviceAuthorization",
    "EmailAddress",
    "EventCount",
    "FactorReset",
    "FormSubmission",
    "Grant",
    "Group",
    "GroupMember",
    "Heartbeat",
    "IdempotentRequest",
    "ImportState",
    "InitialAccessToken",
    "Interaction",
    "JobLease",
    "Kind",
    "KnownDevice",
    "MailedLink",
    "OutboundMessage",
    "Passkey",
    "PasskeyChallenge",
    "Password",
    "PushedRequest",
    "RecoveryCode",
    "RecoveryCodeSet",
    "RefreshToken",
    "RequestTrace",
    "RetiredSubject",
    "Role",
    "Session",
    "SigningKey",
    "Standing",
    "Tally",
    "TokenFamily",
    "TotpCredential",
    "TotpMiss",
    "TrialSignIn",
    "TrustedDevice",
    "UsedAssertion",
    "User",
    "UserImport",
    "UserImportChunk",
    "UserImportKey",
    "UserImportProblem",
]
