"""Everything the menus and shortcuts can do, as one table; the shortcut list is made from it too.

`Ctrl` is ⌘ on macOS, as in Qt. A row's `slot` names a method of MainWindow.
"""

from dataclasses import dataclass

from desktop.i18n import mark as N_


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """`shortcuts`: the first is shown, all work. `role` is the name of a QAction.MenuRole, for macOS."""

    menu: str
    text: str
    slot: str
    shortcuts: tuple[str, ...] = ()
    role: str = ""
    separator: bool = False


MENUS: tuple[str, ...] = (N_("File"), N_("Edit"), N_("View"), N_("Chat"), N_("Help"))

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("File", N_("New chat"), "new_chat", ("Ctrl+N",)),
    ActionSpec("File", N_("Settings"), "open_settings", ("Ctrl+,",), role="PreferencesRole"),
    ActionSpec("File", N_("Print…"), "print_chat", ("Ctrl+P",), separator=True),
    ActionSpec("File", N_("Save as PDF…"), "save_pdf"),
    ActionSpec("File", N_("Quit"), "quit", ("Ctrl+Q",), role="QuitRole", separator=True),
    ActionSpec("Edit", N_("Undo the last deletion"), "undo_deletion", ("Ctrl+Z",)),
    ActionSpec("Edit", N_("Copy"), "copy", ("Ctrl+C",), separator=True),
    ActionSpec("Edit", N_("Select all"), "select_all", ("Ctrl+A",)),
    ActionSpec("Edit", N_("Quote the selection"), "quote_selection", ("Ctrl+Shift+9",)),
    ActionSpec("Edit", N_("Copy the last reply"), "copy_last_reply", ("Ctrl+Shift+L",), separator=True),
    ActionSpec("Edit", N_("Copy the last code block"), "copy_last_code", ("Ctrl+Shift+K",)),
    ActionSpec("Edit", N_("Edit the last message"), "edit_last"),
    ActionSpec("Edit", N_("Find in chat"), "find_in_chat", ("Ctrl+F",), separator=True),
    ActionSpec("Edit", N_("Find next"), "find_next", ("F3", "Ctrl+G")),
    ActionSpec("Edit", N_("Find previous"), "find_previous", ("Shift+F3", "Ctrl+Shift+G")),
    ActionSpec("View", N_("Sidebar"), "toggle_sidebar", ("Ctrl+B",)),
    ActionSpec("View", N_("Search chats"), "search_chats", ("Ctrl+Shift+F",)),
    ActionSpec("View", N_("Usage"), "show_usage", ("Ctrl+Shift+U",)),
    ActionSpec("View", N_("Questions in this chat"), "show_outline", ("Ctrl+L",)),
    ActionSpec("View", N_("Caret in the messages"), "toggle_caret", ("F7",)),
    ActionSpec("View", N_("Next pane"), "next_pane", ("F6",), separator=True),
    ActionSpec("View", N_("Previous pane"), "previous_pane", ("Shift+F6",)),
    ActionSpec("View", N_("Message field"), "focus_composer", ("Ctrl+I",)),
    ActionSpec("View", N_("Zoom in"), "zoom_in", ("Ctrl++", "Ctrl+="), separator=True),
    ActionSpec("View", N_("Zoom out"), "zoom_out", ("Ctrl+-",)),
    ActionSpec("View", N_("Actual size"), "zoom_reset", ("Ctrl+0",)),
    ActionSpec("View", N_("Full screen"), "toggle_full_screen", ("F11",), separator=True),
    ActionSpec("Chat", N_("Choose a model"), "choose_model", ("Ctrl+Shift+M",)),
    ActionSpec("Chat", N_("Regenerate the reply"), "regenerate", ("Ctrl+R",)),
    ActionSpec("Chat", N_("Stop the reply"), "stop", ("Ctrl+.",)),
    ActionSpec("Chat", N_("Rename"), "rename", ("F2",), separator=True),
    ActionSpec("Chat", N_("Tags…"), "edit_tags", ("Ctrl+Shift+T",)),
    ActionSpec("Chat", N_("Pin or unpin"), "toggle_pinned", ("Ctrl+Shift+P",)),
    ActionSpec("Chat", N_("Delete"), "delete", ()),
    ActionSpec("Chat", N_("Previous chat"), "previous_chat", ("Ctrl+Shift+Tab", "Ctrl+PgUp"), separator=True),
    ActionSpec("Chat", N_("Next chat"), "next_chat", ("Ctrl+Tab", "Ctrl+PgDown")),
    ActionSpec("Help", N_("Keyboard shortcuts"), "show_shortcuts", ("Ctrl+/",)),
    ActionSpec("Help", N_("About Tuppence"), "show_about", role="AboutRole"),
)
