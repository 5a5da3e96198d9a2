"""Every option there is. The store, the settings dialog and its search are made from these declarations."""

from typing import Any

from desktop.i18n import mark as N_
from desktop.settings.types import Address, Amount, Bool, Choice, FontFamily, Int, ModelName, Option, Text

CURRENCIES = (("USD", "$"), ("EUR", "€"), ("GBP", "£"), ("CHF", ""), ("JPY", "¥"), ("CNY", ""), ("INR", "₹"))
"""Codes of currencies, with their signs where these belong to no other."""

LANGUAGE = Option(
    "general.language",
    Choice((("", N_("Same as the system")), ("en", "English"), ("de", "Deutsch"))),  # each in its own words
    "",
    page="general",
    section=N_("Language"),
    title=N_("Language of the window"),
    help=N_("Used from the next start on."),
)
REOPEN_LAST = Option(
    "general.reopen_last",
    Bool(),
    True,
    page="general",
    section=N_("Start-up"),
    title=N_("Open the last chat again"),
    help=N_("Off: every start begins with a new chat."),
)
THEME = Option(
    "appearance.theme",
    Choice((("system", N_("System")), ("light", N_("Light")), ("dark", N_("Dark")))),
    "system",
    page="appearance",
    section=N_("Look"),
    title=N_("Theme"),
    help=N_("System follows the light and dark mode of your desktop."),
)
ZOOM = Option(
    "appearance.zoom",
    Int(75, 200, step=5, unit="%"),
    100,
    page="appearance",
    section=N_("Look"),
    title=N_("Zoom"),
    help=N_("Text, spacing and icons of the whole window."),
)
READING_FONT = Option(
    "appearance.reading_font",
    FontFamily(),
    "",
    page="appearance",
    section=N_("Fonts"),
    title=N_("Font for reading"),
    help=N_("Replies, your messages and the message box."),
)
CODE_FONT = Option(
    "appearance.code_font",
    FontFamily(fixed_pitch=True),
    "",
    page="appearance",
    section=N_("Fonts"),
    title=N_("Font for code"),
    help=N_("Code blocks, code in a line, ids and keys."),
)
DEFAULT_MODEL = Option(
    "chat.default_model",
    ModelName(),
    "",
    page="chat",
    section=N_("New chats"),
    title=N_("Default model"),
    help=N_("A new chat starts with it. Without one, with your first favourite."),
)
SYSTEM_PROMPT = Option(
    "chat.system_prompt",
    Text(long=True),
    "",
    page="chat",
    section=N_("New chats"),
    title=N_("System prompt"),
    help=N_("Sent before the first message of every chat that has none of its own."),
)
SEND_WITH_ENTER = Option(
    "chat.send_with_enter",
    Bool(),
    True,
    page="chat",
    section=N_("Writing"),
    title=N_("Enter sends the message"),
    help=N_("Shift Enter begins a new line. Off: Enter begins a new line, Ctrl Enter sends."),
)
FOLLOW = Option(
    "chat.follow",
    Choice((("follow", N_("Follow the text")), ("stay", N_("Do not follow")), ("question", N_("Question to the top")))),
    "follow",
    page="chat",
    section=N_("Reading"),
    title=N_("While a reply is written"),
    help=N_("Scrolling up always ends following. At the top, your question stays and the reply grows below it."),
)
TITLE_BY_MODEL = Option(
    "chat.title_by_model",
    Bool(),
    False,
    page="chat",
    section=N_("Titles"),
    title=N_("Let the model write chat titles"),
    help=N_("One more small request per chat, counted like any other. Off: the title is made from your question."),
)
PROXY = Option(
    "network.proxy",
    Address(("http", "https", "socks5", "socks5h")),
    "",
    page="network",
    section=N_("Connection"),
    title=N_("Proxy"),
    help=N_("For requests to providers. Empty: the proxy of the system, if there is one."),
)
CONNECT_TIMEOUT_S = Option(
    "network.connect_timeout_s",
    Int(1, 120, unit="s"),
    10,
    page="network",
    section=N_("Connection"),
    title=N_("Wait for a connection"),
    help=N_("Timeout for reaching a provider."),
)
READ_TIMEOUT_S = Option(
    "network.read_timeout_s",
    Int(10, 3600, step=10, unit="s"),
    120,
    page="network",
    section=N_("Connection"),
    title=N_("Wait for a reply"),
    help=N_("Timeout while a provider says nothing."),
)
REASONING_TIMEOUT_S = Option(
    "network.reasoning_timeout_s",
    Int(10, 3600, step=10, unit="s"),
    600,
    page="network",
    section=N_("Connection"),
    title=N_("Wait for a model that reasons"),
    help=N_("Such a model can be silent for minutes before its first word."),
)
PICTURE_HOSTS = Option(
    "network.picture_hosts",
    Text(long=True),
    "",
    page="network",
    section=N_("Pictures in replies"),
    title=N_("Always load pictures from"),
    help=N_("Hosts, one on a line. Pictures from anywhere else stay unloaded until you ask for them."),
)

GUARD_PRICE = Option(
    "chat.guard_price",
    Bool(),
    True,
    page="chat",
    section=N_("Routes"),
    title=N_("Ask before a dearer model answers"),
    help=N_("When a route or a fallback would cost more than twice as much, or its price is unknown."),
)

WEEK_START = Option(
    "budgets.week_start",
    Choice((("0", N_("Monday")), ("5", N_("Saturday")), ("6", N_("Sunday")))),
    "0",
    page="budgets",
    section=N_("Periods"),
    title=N_("First day of the week"),
    help=N_("Budgets for a week begin anew on it."),
)
REQUESTS_A_MINUTE = Option(
    "budgets.requests_a_minute",
    Int(1, 1000),
    30,
    page="budgets",
    section=N_("Against runaways"),
    title=N_("Requests in a minute"),
    help=N_("Of one chat, with retries, fallbacks and titles. The next one is not sent."),
)
REQUESTS_IN_A_ROW = Option(
    "budgets.requests_in_a_row",
    Int(1, 100),
    20,
    page="budgets",
    section=N_("Against runaways"),
    title=N_("Requests in a row without you"),
    help=N_("For one message of yours, with retries and fallbacks. The next one is not sent."),
)

UPDATE_PRICES = Option(
    "prices.update",
    Bool(),
    False,
    page="prices",
    section=N_("Price list"),
    title=N_("Update prices once a day"),
    help=N_("From genai-prices on GitHub, through your proxy. Off: only when you press Update."),
)
CURRENCY = Option(
    "prices.currency",
    Choice(tuple((code, f"{code} {sign}".strip()) for code, sign in CURRENCIES)),
    "USD",
    page="prices",
    section=N_("Currency"),
    title=N_("Show money in"),
    help=N_("Providers bill US dollars; exports and what you type stay in them."),
)
EXCHANGE_RATE = Option(
    "prices.exchange_rate",
    Amount(),
    "",
    page="prices",
    section=N_("Currency"),
    title=N_("Worth of one US dollar"),
    help=N_("In that currency. Nothing looks it up, and dollars are shown until it is there."),
)

# In the order in which their pages show them.
OPTIONS: tuple[Option[Any], ...] = (
    LANGUAGE,
    REOPEN_LAST,
    THEME,
    ZOOM,
    READING_FONT,
    CODE_FONT,
    DEFAULT_MODEL,
    SYSTEM_PROMPT,
    SEND_WITH_ENTER,
    FOLLOW,
    TITLE_BY_MODEL,
    GUARD_PRICE,
    UPDATE_PRICES,
    CURRENCY,
    EXCHANGE_RATE,
    WEEK_START,
    REQUESTS_A_MINUTE,
    REQUESTS_IN_A_ROW,
    PROXY,
    CONNECT_TIMEOUT_S,
    READ_TIMEOUT_S,
    REASONING_TIMEOUT_S,
    PICTURE_HOSTS,
)
