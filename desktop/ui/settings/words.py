"""Names of protocols, and errors in the words of a settings page."""

from desktop.domain.errors import AppError
from desktop.domain.model import Dialect
from desktop.i18n import gettext as _


def dialect_name(dialect: Dialect) -> str:
    """The name a person would look for in a server's documentation."""
    return {
        Dialect.OPENAI_CHAT: _("OpenAI Chat Completions"),
        Dialect.OPENAI_RESPONSES: _("OpenAI Responses"),
        Dialect.ANTHROPIC: _("Anthropic Messages"),
        Dialect.GEMINI: _("Google Gemini"),
        Dialect.OLLAMA: _("Ollama"),
        Dialect.TOUR: _("Offline tour"),
    }[dialect]


def plain(error: AppError) -> str:
    """The explanation without what is said about a message: here none was sent."""
    return error.explanation.replace(_("Your message is kept."), "").replace("  ", " ").strip()
