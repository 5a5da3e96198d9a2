"""Options: edited, in force at once, there again after a new start; the search that leads to them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.settings import options
from desktop.settings.store import Settings
from desktop.ui.chat.model_picker import ModelPicker
from desktop.ui.settings.dialog import PAGES, SettingsDialog
from desktop.ui.settings.editors import (
    ChoiceEditor,
    FontEditor,
    LineEditor,
    ModelEditor,
    NumberEditor,
    SwitchEditor,
    TextEditor,
)
from desktop.ui.settings.fonts import FontPopover
from desktop.ui.settings.option_page import OptionPage
from tests.ui.settings.world import MISTRAL_MODELS, World


def editor(dialog: SettingsDialog, key: str) -> QWidget:
    page = dialog.page(key.partition(".")[0])
    assert isinstance(page, OptionPage)
    return page.row(key).editor


def after_a_restart(world: World) -> Settings:
    world.writer.flush()
    settings = Settings(world.paths.settings, world.writer)
    settings.load()
    return settings


async def test_a_switch_is_in_force_at_once_and_stays(world: World, dialog: SettingsDialog) -> None:
    switch = editor(dialog, "chat.send_with_enter")
    assert isinstance(switch, SwitchEditor)
    assert switch.isChecked()
    dialog.show_page("chat")
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert world.settings.get(options.SEND_WITH_ENTER) is False
    assert after_a_restart(world).get(options.SEND_WITH_ENTER) is False


async def test_a_choice(world: World, dialog: SettingsDialog) -> None:
    theme = editor(dialog, "appearance.theme")
    assert isinstance(theme, ChoiceEditor)
    theme.set_value("dark")
    assert after_a_restart(world).get(options.THEME) == "dark"


async def test_a_number_is_typed_or_stepped_and_a_bad_one_is_told(world: World, dialog: SettingsDialog) -> None:
    zoom = editor(dialog, "appearance.zoom")
    assert isinstance(zoom, NumberEditor)
    dialog.show_page("appearance")
    zoom.field.setFocus()
    zoom.field.selectAll()
    QTest.keyClicks(zoom.field, "133")
    QTest.keyClick(zoom.field, Qt.Key.Key_Return)
    assert world.settings.get(options.ZOOM) == 133
    QTest.keyClick(zoom.field, Qt.Key.Key_Up)
    assert world.settings.get(options.ZOOM) == 135
    QTest.keyClick(zoom.field, Qt.Key.Key_Down)
    assert world.settings.get(options.ZOOM) == 130
    zoom.field.setText("500")
    QTest.keyClick(zoom.field, Qt.Key.Key_Return)
    assert "75" in zoom.field.error
    assert "200" in zoom.field.error
    assert world.settings.get(options.ZOOM) == 130


async def test_steps_stop_at_the_ends(world: World, dialog: SettingsDialog) -> None:
    world.settings.set(options.ZOOM, 200)
    zoom = editor(dialog, "appearance.zoom")
    assert isinstance(zoom, NumberEditor)
    QTest.keyClick(zoom.field, Qt.Key.Key_Up)
    assert world.settings.get(options.ZOOM) == 200
    world.settings.set(options.ZOOM, 76)
    QTest.keyClick(zoom.field, Qt.Key.Key_Down)
    QTest.keyClick(zoom.field, Qt.Key.Key_Down)
    assert world.settings.get(options.ZOOM) == 75


async def test_an_address_that_is_none_is_told_and_not_kept(world: World, dialog: SettingsDialog) -> None:
    proxy = editor(dialog, "network.proxy")
    assert isinstance(proxy, LineEditor)
    dialog.show_page("network")
    proxy.field.setText("localhost:8080")
    QTest.keyClick(proxy.field, Qt.Key.Key_Return)
    assert "http://" in proxy.field.error
    assert world.settings.get(options.PROXY) == ""
    proxy.field.setText("socks5://localhost:1080")
    QTest.keyClick(proxy.field, Qt.Key.Key_Return)
    assert proxy.field.error == ""
    assert world.settings.get(options.PROXY) == "socks5://localhost:1080"


async def test_a_text_is_kept_when_the_focus_leaves(world: World, dialog: SettingsDialog) -> None:
    prompt = editor(dialog, "chat.system_prompt")
    assert isinstance(prompt, TextEditor)
    dialog.show_page("chat")
    dialog.activateWindow()
    prompt.edit.setFocus()
    QTest.keyClicks(prompt.edit, "Be brief.")
    prompt.edit.clearFocus()
    assert after_a_restart(world).get(options.SYSTEM_PROMPT) == "Be brief."


async def test_a_text_is_kept_when_the_window_closes(world: World, dialog: SettingsDialog) -> None:
    prompt = editor(dialog, "chat.system_prompt")
    assert isinstance(prompt, TextEditor)
    dialog.show_page("chat")
    prompt.edit.setFocus()
    QTest.keyClicks(prompt.edit, "Be kind.")
    dialog.close()
    assert world.settings.get(options.SYSTEM_PROMPT) == "Be kind."


async def test_a_font_is_chosen_from_those_installed(world: World, dialog: SettingsDialog) -> None:
    chip = editor(dialog, "appearance.reading_font")
    assert isinstance(chip, FontEditor)
    dialog.show_page("appearance")
    chip.click()
    popover = chip.findChild(FontPopover)
    assert isinstance(popover, FontPopover)
    families = popover.families()
    assert families
    QTest.keyClicks(popover.search, families[0])
    QTest.keyClick(popover, Qt.Key.Key_Return)
    assert world.settings.get(options.READING_FONT) == families[0]
    assert chip.text() == families[0]


async def test_the_default_model_is_named_and_can_be_taken_back(world: World, dialog: SettingsDialog) -> None:
    await world.add("mistral", "Personal")
    await world.catalogue.test("mistral")
    world.catalogue.set_default_model(MISTRAL_MODELS[0].ref)
    model = editor(dialog, "chat.default_model")
    assert isinstance(model, ModelEditor)
    assert model.chip.text() == "Mistral Medium 3.5"
    model.clear.click()
    assert world.settings.get(options.DEFAULT_MODEL) == ""


async def test_its_picker_leads_to_other_pages(world: World, dialog: SettingsDialog) -> None:
    model = editor(dialog, "chat.default_model")
    assert isinstance(model, ModelEditor)
    model.chip.click()
    picker = model.findChild(ModelPicker)
    assert picker is not None
    picker.settings_requested.emit("providers", "")
    assert dialog.current_page() == "providers"
    picker.hide()


async def test_what_changes_elsewhere_shows(world: World, dialog: SettingsDialog) -> None:
    theme = editor(dialog, "appearance.theme")
    assert isinstance(theme, ChoiceEditor)
    world.settings.set(options.THEME, "light")
    assert theme.value() == "light"


# Search


async def test_the_search_finds_an_option_and_goes_to_it(world: World, dialog: SettingsDialog) -> None:
    dialog.search.setFocus()
    QTest.keyClicks(dialog.search, "timeout reply")
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    await world.settle()
    assert dialog.current_page() == "network"
    assert dialog.search.text() == ""
    read_timeout = editor(dialog, "network.read_timeout_s")
    assert isinstance(read_timeout, NumberEditor)
    assert dialog.focusWidget() is read_timeout.field


async def test_the_search_finds_a_provider(world: World, dialog: SettingsDialog) -> None:
    QTest.keyClicks(dialog.search, "groq")
    QTest.keyClick(dialog.search, Qt.Key.Key_Down)
    assert dialog.focusWidget() is dialog.hits
    QTest.keyClick(dialog.hits, Qt.Key.Key_Return)
    await world.settle()
    assert dialog.current_page() == "providers"
    page = dialog.providers()
    shown = page.detail.provider()
    assert shown is not None
    assert shown.id == "groq"


async def test_a_search_without_a_result_says_so(world: World, dialog: SettingsDialog) -> None:
    QTest.keyClicks(dialog.search, "teleportation")
    assert dialog.hits.model().index(0, 0).data() == "Nothing found"
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    assert dialog.current_page() == "general"


@pytest.mark.parametrize("option", options.OPTIONS, ids=lambda option: option.key)
async def test_every_option_can_be_found_by_its_title(dialog: SettingsDialog, option: options.Option[object]) -> None:
    from desktop.ui.settings.search import find

    assert option.key in [target.anchor for target in find(option.title, dialog.targets())]


async def test_esc_empties_the_search_and_then_closes(dialog: SettingsDialog) -> None:
    QTest.keyClicks(dialog.search, "zoom")
    QTest.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert dialog.search.text() == ""
    assert dialog.isVisible()
    QTest.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


async def test_pages_change_with_the_arrows(dialog: SettingsDialog) -> None:
    dialog.navigation.setFocus()
    seen = [dialog.current_page()]
    for _page in PAGES[1:]:
        QTest.keyClick(dialog.navigation, Qt.Key.Key_Down)
        seen.append(dialog.current_page())
    assert seen == [page.id for page in PAGES]


async def test_the_window_is_not_modal_and_can_be_resized(dialog: SettingsDialog) -> None:
    assert not dialog.isModal()
    dialog.resize(900, 500)
    assert dialog.size().width() == 900
    QApplication.processEvents()


@pytest.mark.parametrize("width", [900, 1280, 1900])
async def test_no_editor_is_squeezed(world: World, dialog: SettingsDialog, width: int) -> None:
    dialog.resize(width, 700)
    for name in dict.fromkeys(option.page for option in options.OPTIONS):
        dialog.show_page(name)
        await world.settle()
        page = dialog.page(name)
        assert isinstance(page, OptionPage)
        page.widget().layout().activate()
        for option in options.OPTIONS:
            if option.page == name and (row := page.row(option.key)).isVisible():
                assert row.rect().contains(row.editor.geometry()), option.key
                assert row.editor.height() >= row.editor.minimumSizeHint().height(), option.key
