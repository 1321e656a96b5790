"""What happened to an account, in words for its owner: one sentence for each type of event.

A type may have sentences of its own by the detail that tells its cases apart (`type:detail`) and
for events that an app is part of (`type+app`). What concerns the operator only is hidden; a test
keeps this table and the catalogue together.
"""

from __future__ import annotations

from enum import StrEnum

from idp.language import gettext_noop


class Kind(StrEnum):
    """What the page can be narrowed to."""

    SIGN_INS = "sign-ins"
    SECURITY = "security"
    APPS = "apps"


SENTENCES: dict[Kind, dict[str, str]] = {
    Kind.SIGN_INS: {
        "session_begun": gettext_noop("You signed in with %(methods)s."),
        "session_begun+app": gettext_noop("You signed in with %(methods)s to use %(app)s."),
        "session_strengthened": gettext_noop("You confirmed that it's you, with %(methods)s."),
        "session_strengthened+app": gettext_noop(
            "%(app)s asked for two-step sign-in; you used %(methods)s."
        ),
        "new_device": gettext_noop("You signed in with a browser that was new to your account."),
        "trusted_device_used": gettext_noop("No second step was asked for in a trusted browser."),
        "session_ended": gettext_noop("A browser was signed out."),
        "session_ended:signed_out": gettext_noop("You signed out."),
        "session_ended:signed_out_by_list": gettext_noop(
            "You signed out another browser from your list of sessions."
        ),
        "session_ended:signed_out_everywhere": gettext_noop(
            "A browser was signed out, because you signed out everywhere."
        ),
        "session_ended:factor_removed": gettext_noop(
            "A browser was signed out, because a way to sign in was removed."
        ),
        "session_ended:password_changed": gettext_noop(
            "A browser was signed out, because your password was changed."
        ),
        "session_ended:password_reset": gettext_noop(
            "A browser was signed out, because your password was reset."
        ),
        "session_ended:by_administrator": gettext_noop(
            "A browser was signed out by an administrator."
        ),
        "session_ended:role_changed": gettext_noop(
            "A browser was signed out, because what you may administer was changed."
        ),
        "session_ended:disabled": gettext_noop(
            "A browser was signed out, because your account was disabled."
        ),
        "password_rejected": gettext_noop("A wrong password was typed for your account."),
        "totp_rejected": gettext_noop("A code from an authenticator app was not accepted."),
        "totp_rejected:clock": gettext_noop(
            "A code from an authenticator app could not be checked, which was our fault."
        ),
        "passkey_rejected": gettext_noop("A passkey was not accepted."),
        "recovery_code_rejected": gettext_noop("A recovery code was not accepted."),
        "limit_reached": gettext_noop("There were too many tries, so one was refused unseen."),
    },
    Kind.SECURITY: {
        "password_changed": gettext_noop("A new password was set."),
        "password_reset": gettext_noop("Your password was reset by a mailed link."),
        "password_reset_asked": gettext_noop("A link to reset your password was asked for."),
        "password_link_issued": gettext_noop("A link to choose a password was made for you."),
        "password_link_used": gettext_noop("A link to choose a password was used."),
        "totp_enrolled": gettext_noop("An authenticator app was added."),
        "totp_enrolled:administrator": gettext_noop(
            "An administrator added an authenticator app for you."
        ),
        "totp_renamed": gettext_noop("An authenticator app was renamed."),
        "totp_removed": gettext_noop("An authenticator app was removed."),
        "totp_frozen": gettext_noop(
            "Too many wrong codes in a row: codes from authenticator apps were paused."
        ),
        "totp_unfrozen": gettext_noop("Codes from authenticator apps are accepted again."),
        "otp_replay": gettext_noop(
            "A code from an authenticator app came a second time. Somebody may have read it."
        ),
        "passkey_added": gettext_noop("A passkey was added."),
        "passkey_removed": gettext_noop("A passkey was removed."),
        "passkey_counter_alert": gettext_noop(
            "A passkey behaved as if it had been copied. If you can't explain it, remove it."
        ),
        "recovery_codes_saved": gettext_noop("New recovery codes took effect."),
        "recovery_code_used": gettext_noop("A recovery code was used. Codes left: %(left)s."),
        "factor_reset_started": gettext_noop(
            "An administrator started a reset of your two-step sign-in."
        ),
        "factor_reset_approved": gettext_noop(
            "A second administrator approved the reset of your two-step sign-in."
        ),
        "factor_reset_link_mailed": gettext_noop(
            "A link to set up a new second step was mailed to you."
        ),
        "factor_reset_link_used": gettext_noop("The link to set up a new second step was opened."),
        "factor_reset_ended": gettext_noop(
            "The reset of your two-step sign-in ended, and nothing was changed by it."
        ),
        "second_factors_reset": gettext_noop(
            "After a reset, a new second step took the place of all older ones."
        ),
        "guessing_suspected": gettext_noop(
            "100 passwords in a row were wrong. Somebody may be guessing yours."
        ),
        "user_created": gettext_noop("Your account was made."),
        "user_imported": gettext_noop("Your account was brought over from another system."),
        "user_disabled": gettext_noop("Your account was disabled by an administrator."),
        "user_enabled": gettext_noop("Your account was enabled again by an administrator."),
        "user_signed_out": gettext_noop("An administrator signed you out everywhere."),
        "password_reset_started": gettext_noop(
            "An administrator had a link for a new password mailed to you."
        ),
        "role_changed": gettext_noop("What you may administer was changed."),
        "user_unlocked": gettext_noop("An administrator lifted the waits after too many tries."),
        "registration_asked": gettext_noop(
            "Somebody tried to make a new account with your address."
        ),
        "invitation_accepted": gettext_noop("You made your account from an invitation."),
        "address_link_issued": gettext_noop("A link to confirm your email address was mailed."),
        "address_verified": gettext_noop("Your email address was confirmed."),
        "address_change_asked": gettext_noop("A change of your email address was asked for."),
        "address_change_cancelled": gettext_noop(
            "The change of your email address was called off."
        ),
        "address_changed": gettext_noop("Your email address was changed."),
        "profile_changed": gettext_noop("Your profile was changed."),
        "enrolment_ticket_issued": gettext_noop(
            "An administrator let you set up two-step sign-in at your next sign-in."
        ),
        "device_trusted": gettext_noop("A browser is trusted: it is asked for the password alone."),
        "trusted_device_replayed": gettext_noop(
            "What makes a browser trusted was used twice, so it is trusted no more."
        ),
        "device_trust_ended": gettext_noop("Browsers that you trusted are trusted no more."),
        "second_factor_policy_set": gettext_noop(
            "An administrator decided whether you need two-step sign-in."
        ),
        "second_factor_due": gettext_noop("You were asked to set up two-step sign-in in time."),
        "data_exported": gettext_noop("A copy of your data was downloaded."),
        "claims_shown": gettext_noop("An administrator saw what an app can learn about you."),
        "group_member_added": gettext_noop("An administrator put you into a group."),
        "group_member_removed": gettext_noop("An administrator took you out of a group."),
        "custom_claims_set": gettext_noop(
            "An administrator changed what apps can learn about you."
        ),
    },
    Kind.APPS: {
        "consent_given": gettext_noop("You allowed %(app)s to use your account."),
        "consent_refused": gettext_noop("You did not allow %(app)s to use your account."),
        "consent_withdrawn": gettext_noop("You removed %(app)s from your account."),
        "app_signed_out": gettext_noop("You signed out of %(app)s."),
        "code_issued": gettext_noop(
            "%(app)s was told that it is you; you had signed in with %(methods)s."
        ),
        "app_person_added": gettext_noop("You were asked to look after %(app)s."),
        "app_person_removed": gettext_noop("You look after %(app)s no more."),
        "device_allowed": gettext_noop("You connected a device to %(app)s."),
        "device_denied": gettext_noop("You did not connect a device to %(app)s."),
        "code_reused": gettext_noop(
            "%(app)s used a sign-in a second time, so what it had been given ended."
        ),
        "refresh_token_reused": gettext_noop(
            "A key of %(app)s to your account was used twice, so it ended. Sign in to it again."
        ),
        "token_revoked": gettext_noop("%(app)s gave back its access to your account."),
        "app_not_open": gettext_noop("%(app)s is not open to your account, so it learned nothing."),
    },
}

HIDDEN = frozenset(
    {
        # A step of a sign-in whose end is told.
        "password_accepted",
        "totp_accepted",
        "passkey_accepted",
        "tokens_issued",
        "enrolment_ticket_granted",
        "enrolment_ticket_used",
        # The same as that the account was made.
        "user_registered",
        # Of the protocol: for the app's developer.
        "authorization_refused",
        "token_request_refused",
        "client_request_refused",
        # For the operator, or of no account.
        "seal_found_broken",
        "device_asked",
        "user_code_rejected",
        "administration_refused",
        "client_registered",
        "explanation_shared",
        "old_secret_revoked",
        "trial_sign_in_begun",
        "trial_sign_in_ended",
        "client_replaced",
        "client_disabled",
        "client_enabled",
        "client_deleted",
        "secret_rotated",
        "registration_refused",
        "initial_access_token_issued",
        "initial_access_token_revoked",
        "signing_keys_created",
        "signing_key_rotated",
        "signing_key_revoked",
        "master_key_made",
        "master_key_chosen",
        "secrets_resealed",
        "group_created",
        "group_changed",
        "group_removed",
        "claim_defined",
        "claim_changed",
        "claim_removed",
        "configuration_imported",
        "configuration_exported",
        "backup_restored",
        "mail_retried",
        "mail_tested",
        "log_exported",
        "user_invited",
        "import_uploaded",
        "import_begun",
        "import_cancelled",
        "import_ended",
        "people_exported",
        # Of an account that has gone.
        "account_closed",
    }
)
