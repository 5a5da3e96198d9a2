"""Everything that can go wrong and be said plainly.

    AppError                       title, explanation, actions
    ├── ProviderError              about one message; shown under it
    │   ├── NoKey                  no key is set for the provider
    │   ├── KeyRejected            401/403: changed, revoked or mistyped
    │   ├── NotAllowed             403: region, permission, guardrail
    │   ├── NoCredit               402 and its disguises: retrying never helps
    │   ├── RateLimited            429: wait (retry_after seconds, if told)
    │   ├── Overloaded             5xx, 529: their side
    │   ├── NoConnection           nothing reached them
    │   ├── TimedOut               reached, no answer
    │   ├── TooLong                the conversation exceeds the model's window
    │   ├── Refused                a safety filter
    │   │   └── RefusedOnRoute     the user decides whether the next target is asked
    │   ├── BadRequest             400/422 for anything else
    │   ├── UnknownModel           404 and its disguises
    │   ├── BadAddress             the base URL is not one
    │   ├── BadAnswer              not what the protocol says (an HTML page, invalid JSON)
    │   ├── BrokenStream           the answer ended without saying so
    │   ├── NoTarget               nothing of a route can be used
    │   ├── NoneAnswered           every model of a route was asked
    │   └── Dearer                 the next target costs much more: the user decides
    ├── OverBudget                 a cap stopped a send before it left, or a reply in its middle
    │   ├── PriceUnknown           under a cap nothing is sent whose price nobody knows
    │   └── TooManyRequests        the guard against runaways
    ├── StorageError               about the application; a notice bar
    │   ├── DiskFull  DatabaseTooNew  DatabaseDamaged  Busy  ConversationGone
    ├── PricesRefused              a newer list of prices that is not used
    ├── PictureError               a picture from the web; shown in its place
    ├── TransferError              a file that cannot be read or written
    └── SecretsError               the keychain
        ├── NoKeychain  KeychainLocked  KeychainRefused  KeyFileLocked  WrongPassphrase

Anything else that is raised is a bug: it is logged and shown in a problem dialog. No error ever holds a key: texts that
come from a provider go through `redact` first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from desktop.i18n import gettext as _


class Action(StrEnum):
    """The things an error card or notice can offer; the UI knows the words and what they do."""

    ADD_KEY = "add_key"
    REPLACE_KEY = "replace_key"
    CHOOSE_MODEL = "choose_model"
    RETRY = "retry"
    EDIT_MESSAGE = "edit_message"
    OPEN_PROVIDER_SETTINGS = "open_provider_settings"
    OPEN_BILLING = "open_billing"
    USE_FALLBACK = "use_fallback"
    CONTINUE = "continue"
    RAISE_CAP = "raise_cap"
    SET_PRICE = "set_price"
    TRY_NOW = "try_now"
    STOP = "stop"
    SHOW_FOLDER = "show_folder"
    UNLOCK_KEYCHAIN = "unlock_keychain"
    KEEP_FOR_SESSION = "keep_for_session"
    SET_PASSPHRASE = "set_passphrase"


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as it is stored with its message and shown again later. `detail` is the provider's own words."""

    code: str
    title: str
    explanation: str
    http_status: int | None = None
    detail: str = ""


class AppError(Exception):
    """An error with a plain title, an explanation and what can be done about it.

    `can_continue`: whether a reply that it cut off may go on from its last word.
    """

    code: ClassVar[str] = "error"
    actions: ClassVar[tuple[Action, ...]] = ()
    can_continue: ClassVar[bool] = False

    def __init__(self, title: str, explanation: str = "", *, http_status: int | None = None, detail: str = "") -> None:
        super().__init__(f"{title} {explanation}".strip())
        self.title = title
        self.explanation = explanation
        self.http_status = http_status
        self.detail = redact(detail)

    def failure(self) -> Failure:
        """The error as a value that can be stored."""
        return Failure(self.code, self.title, self.explanation, self.http_status, self.detail)


class ProviderError(AppError):
    """`retry_after` is seconds, `may_retry` whether to try again, as the provider says; None: it does not.

    `was_sent`: whether the question had left, so that it may be billed although nothing came back.
    """

    code = "provider_error"
    actions: ClassVar[tuple[Action, ...]] = (Action.RETRY, Action.CHOOSE_MODEL)
    retry_after: float | None = None
    may_retry: bool | None = None
    was_sent: bool = False


class NoKey(ProviderError):
    code = "no_key"
    actions = (Action.ADD_KEY, Action.CHOOSE_MODEL)

    def __init__(self, provider: str) -> None:
        super().__init__(_("No key for {provider}").format(provider=provider), _("Your message is kept."))


class KeyRejected(ProviderError):
    code = "key_rejected"
    actions = (Action.REPLACE_KEY, Action.RETRY, Action.CHOOSE_MODEL)


class NotAllowed(ProviderError):
    code = "not_allowed"
    actions = (Action.CHOOSE_MODEL, Action.RETRY)


class NoCredit(ProviderError):
    code = "no_credit"
    actions = (Action.OPEN_BILLING, Action.CHOOSE_MODEL, Action.RETRY)


class RateLimited(ProviderError):
    code = "rate_limited"
    actions = (Action.RETRY, Action.CHOOSE_MODEL)
    can_continue = True


class Overloaded(ProviderError):
    code = "overloaded"
    actions = (Action.RETRY, Action.CHOOSE_MODEL)
    can_continue = True


class NoConnection(ProviderError):
    code = "no_connection"
    actions = (Action.RETRY, Action.OPEN_PROVIDER_SETTINGS)
    can_continue = True


class TimedOut(ProviderError):
    code = "timed_out"
    actions = (Action.RETRY, Action.CHOOSE_MODEL)
    can_continue = True
    was_sent = True


class TooLong(ProviderError):
    code = "too_long"
    actions = (Action.CHOOSE_MODEL, Action.EDIT_MESSAGE)


class Refused(ProviderError):
    code = "refused"
    actions: ClassVar[tuple[Action, ...]] = (Action.EDIT_MESSAGE, Action.CHOOSE_MODEL)


class RefusedOnRoute(Refused):
    code = "refused_on_route"
    actions = (Action.USE_FALLBACK, Action.EDIT_MESSAGE, Action.CHOOSE_MODEL)


class BadRequest(ProviderError):
    code = "bad_request"
    actions = (Action.EDIT_MESSAGE, Action.CHOOSE_MODEL)


class UnknownModel(ProviderError):
    code = "unknown_model"
    actions = (Action.CHOOSE_MODEL,)


class BadAddress(ProviderError):
    code = "bad_address"
    actions = (Action.OPEN_PROVIDER_SETTINGS,)


class BadAnswer(ProviderError):
    code = "bad_answer"
    actions = (Action.RETRY, Action.OPEN_PROVIDER_SETTINGS)
    can_continue = True


class BrokenStream(ProviderError):
    code = "broken_stream"
    actions = (Action.RETRY, Action.CHOOSE_MODEL)
    can_continue = True
    was_sent = True


class NoTarget(ProviderError):
    code = "no_target"
    actions = (Action.CHOOSE_MODEL, Action.OPEN_PROVIDER_SETTINGS)


class NoneAnswered(ProviderError):
    """`reasons` are the models' names, each with what went wrong there."""

    code = "none_answered"
    actions = (Action.RETRY, Action.CHOOSE_MODEL)

    def __init__(self, reasons: Sequence[tuple[str, str]], detail: str = "") -> None:
        super().__init__(
            _("None of {n} models answered").format(n=len(reasons)),
            " ".join(_("{model}: {reason}.").format(model=model, reason=reason) for model, reason in reasons),
            detail=detail,
        )


class Dearer(ProviderError):
    code = "dearer"
    actions = (Action.USE_FALLBACK, Action.RETRY, Action.CHOOSE_MODEL)


class OverBudget(AppError):
    """`budget_id` names the cap. Amounts are US dollars: `cap` and `spent` of it, and what the send `would_cost`.

    Where nothing was sent the composer offers what can be done; a reply that was cut off offers to go on.
    """

    code = "over_budget"
    actions: ClassVar[tuple[Action, ...]] = (Action.RAISE_CAP, Action.CHOOSE_MODEL)
    can_continue = True

    def __init__(
        self,
        title: str,
        explanation: str = "",
        *,
        budget_id: str = "",
        cap: Decimal = Decimal(0),
        spent: Decimal = Decimal(0),
        would_cost: Decimal | None = None,
    ) -> None:
        super().__init__(title, explanation)
        self.budget_id = budget_id
        self.cap = cap
        self.spent = spent
        self.would_cost = would_cost


class PriceUnknown(OverBudget):
    code = "price_unknown"
    actions = (Action.SET_PRICE, Action.CHOOSE_MODEL)


class TooManyRequests(OverBudget):
    code = "too_many_requests"
    actions = (Action.RETRY,)


class StorageError(AppError):
    code = "storage"
    actions: ClassVar[tuple[Action, ...]] = (Action.SHOW_FOLDER,)


class DiskFull(StorageError):
    code = "disk_full"
    actions = (Action.SHOW_FOLDER, Action.RETRY)


class DatabaseTooNew(StorageError):
    code = "database_too_new"


class DatabaseDamaged(StorageError):
    code = "database_damaged"


class Busy(StorageError):
    code = "busy"
    actions = (Action.RETRY, Action.SHOW_FOLDER)


class ConversationGone(StorageError):
    code = "conversation_gone"
    actions = ()

    def __init__(self) -> None:
        super().__init__(_("This chat is gone"), _("It was deleted. What you have typed is kept."))


class PricesRefused(AppError):
    """A newer list of prices could not be had or cannot be right; the old one stays in force."""

    code = "prices_refused"
    actions: ClassVar[tuple[Action, ...]] = (Action.RETRY,)


class TransferError(AppError):
    """A file of another program could not be read, or one could not be written; nothing was changed."""

    code = "transfer"


class PictureError(AppError):
    """A picture from the web could not be shown."""

    code = "picture"


class SecretsError(AppError):
    code = "secrets"


class NoKeychain(SecretsError):
    code = "no_keychain"
    actions = (Action.KEEP_FOR_SESSION, Action.SET_PASSPHRASE)


class KeychainLocked(SecretsError):
    code = "keychain_locked"
    actions = (Action.UNLOCK_KEYCHAIN, Action.KEEP_FOR_SESSION, Action.SET_PASSPHRASE)


class KeychainRefused(SecretsError):
    """It is there and not locked, and failed all the same."""

    code = "keychain_refused"
    actions = (Action.KEEP_FOR_SESSION, Action.SET_PASSPHRASE)


class KeyFileLocked(SecretsError):
    """The passphrase-protected file stands in for the keychain, and its passphrase has not been given yet."""

    code = "key_file_locked"
    actions = (Action.UNLOCK_KEYCHAIN, Action.KEEP_FOR_SESSION)


class WrongPassphrase(SecretsError):
    code = "wrong_passphrase"
    actions = (Action.UNLOCK_KEYCHAIN,)


def actions_for(code: str, *, has_text: bool = False) -> tuple[Action, ...]:
    """What can be done about a stored failure of a reply with text or without; for an unknown code, trying again."""
    pending: list[type[AppError]] = [AppError]
    while pending:
        kind = pending.pop()
        if kind.code == code:
            goes_on = has_text and kind.can_continue
            return (Action.CONTINUE, *kind.actions) if goes_on else kind.actions
        pending.extend(kind.__subclasses__())
    return (Action.RETRY,)


_SECRETS = re.compile(
    r"""(?ix)
    \b(?:sk|pk|rk|xai|gsk|pplx|nvapi|csk|fw|tgp|AIza|key)[-_][A-Za-z0-9_\-*.]{8,}   # the shapes of vendors' keys
    | \bAIza[A-Za-z0-9_\-]{20,}
    | (?<=bearer\s)[^\s"',]{6,}
    | (?<=api-key:\s)[^\s"',]{6,}
    | (?<=key=)[^\s&"',]{6,}
    """
)


def redact(text: str, *keys: str) -> str:
    """The text with anything that looks like a key, and each of `keys`, replaced by `[key]`."""
    for key in keys:
        if len(key) >= 4:
            text = text.replace(key, "[key]")
    return _SECRETS.sub("[key]", text)
