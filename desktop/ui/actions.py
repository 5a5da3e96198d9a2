"""Everything the menus and shortcuts can do, as one table; the shortcut list is made from it too.

`Ctrl` is ⌘ on macOS, as in Qt. A row's `slot` is a method, as MainWindow reaches it.
"""

from dataclasses import dataclass
from enum import Enum, auto

from desktop.i18n import mark as N_


class Needs(Enum):
    """What must be on the screen for an action to do something."""

    NOTHING = auto()
    CHAT = auto()  # not one behind another page
    MESSAGES = auto()
    MESSAGES_OR_FIELD = auto()  # a field that has the keys
    SELECTION = auto()
    SELECTION_OR_FIELD = auto()
    OUTLINE = auto()


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """`shortcuts`: the first is shown, all work. `role` is the name of a QAction.MenuRole, for macOS."""

    menu: str
    text: str
    slot: str
    shortcuts: tuple[str, ...] = ()
    needs: Needs = Needs.NOTHING
    role: str = ""
    separator: bool = False


MENUS: tuple[str, ...] = (N_("File"), N_("Edit"), N_("View"), N_("Chat"), N_("Help"))

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("File", N_("New chat"), "new_chat", ("Ctrl+N",)),
    ActionSpec("File", N_("Settings"), "open_settings", ("Ctrl+,",), role="PreferencesRole"),
    ActionSpec("File", N_("Print…"), "page.reading.print", ("Ctrl+P",), Needs.MESSAGES, separator=True),
    ActionSpec("File", N_("Save as PDF…"), "page.reading.save_pdf", needs=Needs.MESSAGES),
    ActionSpec("File", N_("Quit"), "quit", ("Ctrl+Q",), role="QuitRole", separator=True),
    ActionSpec("Edit", N_("Undo the last deletion"), "undo_deletion", ("Ctrl+Z",)),
    ActionSpec("Edit", N_("Copy"), "copy", ("Ctrl+C",), Needs.SELECTION_OR_FIELD, separator=True),
    ActionSpec("Edit", N_("Select all"), "select_all", ("Ctrl+A",), Needs.MESSAGES_OR_FIELD),
    ActionSpec("Edit", N_("Quote the selection"), "page.reading.quote_selection", ("Ctrl+Shift+9",), Needs.SELECTION),
    ActionSpec(
        "Edit", N_("Copy the last reply"), "page.reading.copy_last_reply", ("Ctrl+Shift+L",), Needs.CHAT, separator=True
    ),
    ActionSpec("Edit", N_("Copy the last code block"), "page.reading.copy_last_code", ("Ctrl+Shift+K",), Needs.CHAT),
    ActionSpec("Edit", N_("Edit the last message"), "page.edit_last", needs=Needs.CHAT),
    ActionSpec("Edit", N_("Find in chat"), "page.finding.open", ("Ctrl+F",), Needs.MESSAGES, separator=True),
    ActionSpec("Edit", N_("Find next"), "page.finding.next", ("F3", "Ctrl+G"), Needs.MESSAGES),
    ActionSpec("Edit", N_("Find previous"), "page.finding.previous", ("Shift+F3", "Ctrl+Shift+G"), Needs.MESSAGES),
    ActionSpec("View", N_("Sidebar"), "toggle_sidebar", ("Ctrl+B",)),
    ActionSpec("View", N_("Search chats"), "search_chats", ("Ctrl+Shift+F",)),
    ActionSpec("View", N_("Usage"), "show_usage", ("Ctrl+Shift+U",)),
    ActionSpec("View", N_("Questions in this chat"), "page.reading.show_outline", ("Ctrl+L",), Needs.OUTLINE),
    ActionSpec("View", N_("Caret in the messages"), "page.reading.toggle_caret", ("F7",), Needs.MESSAGES),
    ActionSpec("View", N_("Next pane"), "next_pane", ("F6",), separator=True),
    ActionSpec("View", N_("Previous pane"), "previous_pane", ("Shift+F6",)),
    ActionSpec("View", N_("Message field"), "focus_composer", ("Ctrl+I",)),
    ActionSpec("View", N_("Zoom in"), "zoom_in", ("Ctrl++", "Ctrl+="), separator=True),
    ActionSpec("View", N_("Zoom out"), "zoom_out", ("Ctrl+-",)),
    ActionSpec("View", N_("Actual size"), "zoom_reset", ("Ctrl+0",)),
    ActionSpec("View", N_("Full screen"), "toggle_full_screen", ("F11",), separator=True),
    ActionSpec("Chat", N_("Choose a model"), "page.choose_model", ("Ctrl+Shift+M",), Needs.CHAT),
    ActionSpec("Chat", N_("Regenerate the reply"), "page.regenerate", ("Ctrl+R",), Needs.CHAT),
    ActionSpec("Chat", N_("Stop the reply"), "page.stop", ("Ctrl+.",), Needs.CHAT),
    ActionSpec("Chat", N_("Rename"), "page.rename", ("F2",), Needs.CHAT, separator=True),
    ActionSpec("Chat", N_("Tags…"), "page.edit_tags", ("Ctrl+Shift+T",), Needs.CHAT),
    ActionSpec("Chat", N_("Pin or unpin"), "sidebar.toggle_pinned_current", ("Ctrl+Shift+P",), Needs.CHAT),
    ActionSpec("Chat", N_("Delete"), "sidebar.trash_current", needs=Needs.CHAT),
    ActionSpec("Chat", N_("Previous chat"), "sidebar.open_previous", ("Ctrl+Shift+Tab", "Ctrl+PgUp"), separator=True),
    ActionSpec("Chat", N_("Next chat"), "sidebar.open_next", ("Ctrl+Tab", "Ctrl+PgDown")),
    ActionSpec("Help", N_("Keyboard shortcuts"), "show_shortcuts", ("Ctrl+/",)),
    ActionSpec("Help", N_("About Tuppence"), "show_about", role="AboutRole"),
)
