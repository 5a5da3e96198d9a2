"""Providers: pasting keys, testing, addresses, models; and what is said when something fails."""

import asyncio

import keyring
import keyring.backends.fail
import keyring.errors
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from desktop.domain.errors import BadAddress, KeyRejected, WrongPassphrase
from desktop.domain.model import Dialect, ModelRef
from desktop.settings.secrets import KeyStorage
from desktop.ui.settings.custom_server import CustomServerDialog, free_id
from desktop.ui.settings.dialog import SettingsDialog
from desktop.ui.settings.headers import HeadersDialog
from desktop.ui.settings.keys_panel import RenameDialog
from desktop.ui.settings.models_panel import ModelIdDialog
from desktop.ui.settings.passphrase import PassphraseDialog
from desktop.ui.settings.provider_detail import ProviderDetail
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.dialog import Dialog
from tests.settings.keychains import Failing
from tests.ui.settings.world import MISTRAL_MODELS, World

KEY = "zq-4711-very-secret-4f2a"


async def opened(world: World, dialog: SettingsDialog, provider: str) -> ProviderDetail:
    dialog.show_page("providers", provider)
    await world.settle()
    return dialog.providers().detail


def button(root: QWidget, text: str) -> QAbstractButton:
    found = [each for each in root.findChildren(QAbstractButton) if each.text() == text and each.isVisible()]
    assert found, f"no button “{text}”"
    return found[0]


def asking(dialog: SettingsDialog, kind: type[Dialog]) -> Dialog:
    return next(each for each in dialog.findChildren(kind) if each.isVisible())


def said(root: QWidget) -> str:
    from PySide6.QtWidgets import QLabel

    return "\n".join(label.text() for label in root.findChildren(QLabel) if label.isVisible())


# Keys


async def test_a_pasted_key_is_stored_tested_and_turns_the_provider_on(world: World, dialog: SettingsDialog) -> None:
    detail = await opened(world, dialog, "mistral")
    form = detail.keys.form
    assert form.isVisible()
    assert form.label.text() == "Personal"
    form.key.setFocus()
    QApplication.clipboard().setText(f" {KEY}\n")
    form.key.paste()
    QTest.keyClick(form.key, Qt.Key.Key_Return)
    await world.settle()

    provider = world.catalogue.provider("mistral")
    assert provider is not None
    assert provider.enabled
    assert provider.key_labels == ("Personal",)
    assert world.stored_key("mistral", "Personal") == KEY
    assert [endpoint.key for endpoint in world.client.asked] == [KEY]
    assert "Connected · 11 models" in detail.connection.verdict.text()
    assert [row.secret.text() for row in detail.keys.rows()] == ["••••••••••••4f2a"]
    assert form.key.text() == ""
    assert form.isHidden()
    assert len(world.catalogue.models("mistral")) == 11
    files = [path for path in world.paths.data.rglob("*") if path.is_file()]
    assert files
    assert all(KEY.encode() not in path.read_bytes() for path in files)


async def test_the_first_provider_s_row_is_as_high_as_any(world: World, dialog: SettingsDialog) -> None:
    """It takes the place of the heading that stood on top."""
    for provider in world.catalogue.providers():
        await world.catalogue.remove_provider(provider.id)
    detail = await opened(world, dialog, "mistral")
    detail.keys.form.key.setText(KEY)
    button(detail, "Add key").click()
    await world.settle()
    shown = dialog.providers().list
    heights = [shown.visualRect(shown.model().index(row, 0)).height() for row in range(3)]
    assert heights == [48, 36, 48]


async def test_a_second_key_gets_a_label_of_its_own(world: World, dialog: SettingsDialog) -> None:
    await world.add("mistral", "Personal")
    detail = await opened(world, dialog, "mistral")
    assert detail.keys.form.isHidden()
    detail.keys.another.click()
    assert detail.keys.form.label.text() == "Work"
    detail.keys.form.label.setText("Personal")
    detail.keys.form.key.setText(KEY)
    detail.keys.form.add.click()
    assert "already" in said(detail.keys.form)
    detail.keys.form.label.setText("Work")
    detail.keys.form.add.click()
    await world.settle()
    assert world.stored_key("mistral", "Work") == KEY
    assert [row.ref.label for row in detail.keys.rows()] == ["Personal", "Work"]


async def test_esc_leaves_the_form_and_not_the_window(world: World, dialog: SettingsDialog) -> None:
    await world.add("mistral", "Personal")
    detail = await opened(world, dialog, "mistral")
    detail.keys.another.click()
    QTest.keyClick(detail.keys.form.key, Qt.Key.Key_Escape)
    assert detail.keys.form.isHidden()
    assert detail.keys.another.isVisible()
    assert dialog.isVisible()


@pytest.mark.parametrize("bad", ["two words", "kéy-with-accent", "line\nbreak-in-key"])
async def test_what_cannot_be_a_key_is_told(world: World, dialog: SettingsDialog, bad: str) -> None:
    detail = await opened(world, dialog, "mistral")
    detail.keys.form.submitted.disconnect()
    detail.keys.form.submitted.connect(lambda *given: pytest.fail(f"{given} was taken"))
    detail.keys.form.key.setText(bad)
    detail.keys.form.add.click()
    if "\n" not in bad:  # a field of one line makes a space of it, which is told too
        assert "no spaces" in said(detail.keys.form)
    assert detail.keys.form.key.accessibleDescription() != ""


async def test_a_key_of_another_provider_offers_that_one(world: World, dialog: SettingsDialog) -> None:
    detail = await opened(world, dialog, "mistral")
    detail.keys.form.key.setText("sk-ant-api03-abcdefghijkl")
    assert "looks like a key for Anthropic" in said(detail.keys.form)
    button(detail.keys.form, "Add it to Anthropic").click()
    await world.settle()
    assert world.stored_key("anthropic", "Personal") == "sk-ant-api03-abcdefghijkl"
    shown = detail.provider()
    assert shown is not None
    assert shown.id == "anthropic"
    assert world.catalogue.provider("mistral") is None


async def test_the_offer_can_be_declined(world: World, dialog: SettingsDialog) -> None:
    detail = await opened(world, dialog, "mistral")
    detail.keys.form.key.setText("sk-ant-api03-abcdefghijkl")
    detail.keys.form.add.click()
    await world.settle()
    assert world.stored_key("mistral", "Personal") == "sk-ant-api03-abcdefghijkl"


async def test_keys_are_renamed_reordered_and_removed(world: World, dialog: SettingsDialog) -> None:
    await world.add("mistral", "Personal", key="personal-key-123456")
    await world.catalogue.add_key("mistral", "Work", KEY)
    detail = await opened(world, dialog, "mistral")
    second = detail.keys.rows()[1]
    dialog.activateWindow()
    second.eye.setFocus()
    QTest.keyClick(second.eye, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    await world.settle()
    assert [row.ref.label for row in detail.keys.rows()] == ["Work", "Personal"]

    next(action for action in detail.keys.rows()[0].menu().actions() if action.text() == "Rename…").trigger()
    rename = asking(dialog, RenameDialog)
    assert isinstance(rename, RenameDialog)
    rename.field.setText("Personal")
    rename.accept()
    assert "already" in rename.field.error
    rename.field.setText("Team")
    rename.accept()
    await world.settle()
    assert world.stored_key("mistral", "Team") == KEY
    assert world.stored_key("mistral", "Work") is None

    detail.keys.rows()[0].remove_requested.emit()
    question = asking(dialog, Dialog)
    assert "Remove the key “Team”?" in said(question)
    button(question, "Remove key").click()
    await world.settle()
    assert world.stored_key("mistral", "Team") is None
    assert [row.ref.label for row in detail.keys.rows()] == ["Personal"]


async def test_the_eye_shows_the_key_and_hides_it_again(world: World, dialog: SettingsDialog) -> None:
    await world.add("mistral", "Personal", key=KEY)
    detail = await opened(world, dialog, "mistral")
    row = detail.keys.rows()[0]
    assert KEY not in said(detail)
    row.eye.click()
    await world.settle()
    assert row.secret.text() == KEY
    assert row.eye.accessibleName() == "Hide the key “Personal”"
    row.eye.click()
    assert row.secret.text() == "••••••••••••4f2a"


# When keys cannot be kept


async def test_without_a_keychain_a_key_can_be_kept_for_the_session(world: World, dialog: SettingsDialog) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())
    detail = await opened(world, dialog, "mistral")
    assert "No keychain was found on this computer" in said(detail.keys)
    detail.keys.form.key.setText(KEY)
    detail.keys.form.add.click()
    await world.settle()
    provider = world.catalogue.provider("mistral")
    assert provider is None
    assert detail.keys.form.key.text() == KEY  # nothing typed is lost
    button(detail.keys, "Keep for this session").click()
    await world.settle()
    provider = world.catalogue.provider("mistral")
    assert provider is not None
    assert provider.key_labels == ("Personal",)
    assert "in memory until Tuppence quits" in said(detail.keys)
    assert world.catalogue.key_storage() is KeyStorage.SESSION
    assert [endpoint.key for endpoint in world.client.asked] == [KEY]


@pytest.mark.parametrize(
    ("problem", "title", "offers"),
    [
        (
            keyring.errors.KeyringLocked,
            "Your keychain is locked",
            ("Unlock keychain", "Keep for this session", "Set a passphrase…"),
        ),
        (
            keyring.errors.PasswordSetError,
            "refused to store the key “Personal”",
            ("Keep for this session", "Set a passphrase…"),
        ),
    ],
)
async def test_a_keychain_that_fails_offers_what_can_be_done(
    world: World, dialog: SettingsDialog, problem: type[Exception], title: str, offers: tuple[str, ...]
) -> None:
    detail = await opened(world, dialog, "mistral")
    keyring.set_keyring(Failing(problem))
    detail.keys.form.key.setText(KEY)
    detail.keys.form.add.click()
    await world.settle()
    assert title in said(detail.keys)
    for offer in offers:
        assert button(detail.keys, offer).isEnabled()
    assert KEY not in said(detail.keys)
    assert world.catalogue.provider("mistral") is None


async def test_unlocking_tries_the_same_key_again(world: World, dialog: SettingsDialog) -> None:
    working = keyring.get_keyring()
    detail = await opened(world, dialog, "mistral")
    keyring.set_keyring(Failing(keyring.errors.KeyringLocked))
    detail.keys.form.key.setText(KEY)
    detail.keys.form.add.click()
    await world.settle()
    keyring.set_keyring(working)
    button(detail.keys, "Unlock keychain").click()
    await world.settle()
    assert world.stored_key("mistral", "Personal") == KEY
    assert "Stored in your system keychain" in said(detail.keys)


async def test_the_passphrase_is_asked_for_until_it_fits(
    world: World, theme: Theme, dialog: SettingsDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []

    async def use_passphrase(passphrase: str) -> None:
        given.append(passphrase)
        if passphrase != "right":
            raise WrongPassphrase("The passphrase does not fit", "Nothing was changed.")

    monkeypatch.setattr(world.catalogue, "use_passphrase", use_passphrase)
    ask = PassphraseDialog(theme, world.catalogue, world.tasks, new=True, parent=dialog)
    done: list[bool] = []
    ask.opened.connect(lambda: done.append(True))
    ask.open()
    ask.accept()
    assert ask.passphrase.error == "A passphrase is needed"
    ask.passphrase.setText("wrong")
    ask.accept()
    assert ask.repeated is not None
    assert ask.repeated.error == "The two are not the same"
    assert given == []
    ask.repeated.setText("wrong")
    QTest.keyClick(ask.repeated, Qt.Key.Key_Return)
    ask.reject()  # while the key is derived there is no way out
    await world.settle()
    assert ask.isVisible()
    assert "does not fit" in ask.passphrase.error
    ask.passphrase.setText("right")
    ask.repeated.setText("right")
    ask.accept()
    await world.settle()
    assert given == ["wrong", "right"]
    assert done == [True]
    assert not ask.isVisible()


# Connection


async def test_a_test_that_fails_says_why_in_plain_words(world: World, dialog: SettingsDialog) -> None:
    await world.add("mistral", "Personal", key=KEY)
    detail = await opened(world, dialog, "mistral")
    world.client.problem = KeyRejected(
        "Mistral rejected the key “Personal”",
        "It was changed, revoked or mistyped. Your message is kept.",
        http_status=401,
        detail="Unauthorized",
    )
    detail.connection.test.click()
    await world.settle()
    assert detail.connection.verdict.text() == "Mistral rejected the key “Personal” · 401"
    assert detail.connection.reason.text() == "It was changed, revoked or mistyped.\nUnauthorized"
    assert detail.connection.test.isEnabled()
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert dialog.providers().list.currentIndex().data(spoken) == "Mistral, Key rejected"
    world.client.problem = None
    detail.connection.test.click()
    await world.settle()
    assert "Connected" in detail.connection.verdict.text()
    assert dialog.providers().list.currentIndex().data(spoken) == "Mistral, 1 key · 11 models"


async def test_a_test_shows_that_it_runs_and_stays_with_its_provider(world: World, dialog: SettingsDialog) -> None:
    await world.add("mistral", "Personal")
    detail = await opened(world, dialog, "mistral")
    world.client.gate = asyncio.Event()
    detail.connection.test.click()
    async with asyncio.timeout(5):
        while not world.client.asked:
            await asyncio.sleep(0.005)
    assert detail.connection.verdict.text() == "Testing"
    assert not detail.connection.test.isEnabled()
    dialog.providers().go_to("groq")
    assert not detail.connection.result.isVisible()
    world.client.gate.set()
    await world.settle()
    assert not detail.connection.result.isVisible()
    dialog.providers().go_to("mistral")
    assert "Connected" in detail.connection.verdict.text()


async def test_a_passed_test_turns_a_local_server_on(world: World, dialog: SettingsDialog) -> None:
    detail = await opened(world, dialog, "ollama")
    assert detail.keys.isHidden()
    detail.connection.test.click()
    await world.settle()
    provider = world.catalogue.provider("ollama")
    assert provider is not None
    assert provider.enabled
    assert detail.enabled.isChecked()


async def test_an_address_is_checked_kept_and_reset(world: World, dialog: SettingsDialog) -> None:
    await world.add("mistral", "Personal")
    detail = await opened(world, dialog, "mistral")
    field = detail.connection.address
    assert not field.button.isVisible()
    field.setText("api.eu.mistral.ai")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "https://" in field.error
    field.setText("https://api.eu.mistral.ai/v1/")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await world.settle()
    provider = world.catalogue.provider("mistral")
    assert provider is not None
    assert provider.base_url == "https://api.eu.mistral.ai/v1"
    field.button.click()
    await world.settle()
    provider = world.catalogue.provider("mistral")
    assert provider is not None
    assert provider.base_url == "https://api.mistral.ai/v1"
    assert field.text() == "https://api.mistral.ai/v1"


async def test_an_address_with_a_gap_is_told_at_the_address(world: World, dialog: SettingsDialog) -> None:
    await world.add("azure", "Personal")
    detail = await opened(world, dialog, "azure")
    world.client.problem = BadAddress("The address is not complete", "Put your own value in.")
    detail.connection.test.click()
    await world.settle()
    assert "not complete" in detail.connection.address.error


async def test_the_protocol_takes_the_usual_address_along(world: World, dialog: SettingsDialog) -> None:
    await world.add("moonshot", "Personal")
    detail = await opened(world, dialog, "moonshot")
    detail.connection.set_protocol(Dialect.ANTHROPIC)
    await world.settle()
    provider = world.catalogue.provider("moonshot")
    assert provider is not None
    assert (provider.dialect, provider.base_url) == (Dialect.ANTHROPIC, "https://api.moonshot.ai/anthropic")


async def test_switching_off_and_removing(world: World, dialog: SettingsDialog) -> None:
    await world.add("mistral", "Personal", key=KEY)
    detail = await opened(world, dialog, "mistral")
    detail.enabled.click()
    await world.settle()
    provider = world.catalogue.provider("mistral")
    assert provider is not None
    assert not provider.enabled
    detail.menu().actions()[-1].trigger()
    button(asking(dialog, Dialog), "Remove provider").click()
    await world.settle()
    assert world.catalogue.provider("mistral") is None
    assert world.stored_key("mistral", "Personal") is None


async def test_headers_are_kept_but_none_that_carry_keys(world: World, dialog: SettingsDialog) -> None:
    await world.add("portkey", "Personal")
    detail = await opened(world, dialog, "portkey")
    detail.connection.headers.click()
    ask = asking(dialog, HeadersDialog)
    assert isinstance(ask, HeadersDialog)
    name, value, _remove = ask.lines()[0]
    for bad_name, bad_value, words in (
        ("Authorization", "Bearer x", "carries a key"),
        ("two words", "x", "cannot be the name"),
        ("x-fine", "ünïcode", "cannot be sent"),
    ):
        name.setText(bad_name)
        value.setText(bad_value)
        ask.accept()
        assert words in said(ask)
    name.setText("x-portkey-provider")
    value.setText("@team")
    ask.accept()
    await world.settle()
    provider = world.catalogue.provider("portkey")
    assert provider is not None
    assert provider.headers == (("x-portkey-provider", "@team"),)
    assert detail.connection.headers.text() == "Headers (1)…"


async def test_a_custom_server_is_added_and_shown(world: World, dialog: SettingsDialog) -> None:
    detail = await opened(world, dialog, "mistral")
    next(each for each in dialog.providers().add_menu().actions() if each.text() == "Custom server…").trigger()
    ask = asking(dialog, CustomServerDialog)
    assert isinstance(ask, CustomServerDialog)
    ask.name.setText("Team Proxy")
    ask.address.setText("proxy.example")
    ask.accept()
    assert "https://" in ask.address.error
    ask.set_dialect(Dialect.ANTHROPIC)
    ask.address.setText("http://proxy.example:4000/v1/messages")
    ask.accept()
    await world.settle()
    provider = world.catalogue.provider("team-proxy")
    assert provider is not None
    assert (provider.name, provider.dialect, provider.custom) == ("Team Proxy", Dialect.ANTHROPIC, True)
    assert provider.base_url == "http://proxy.example:4000"
    shown = detail.provider()
    assert shown is not None
    assert shown.id == "team-proxy"


def test_ids_are_free_and_fit_for_a_command_line() -> None:
    assert free_id("Team Proxy!", ()) == "team-proxy"
    assert free_id("Team Proxy", ("team-proxy", "team-proxy-2")) == "team-proxy-3"
    assert free_id("Route", ()) == "route-2"  # where routes stand
    assert free_id("日本", ()) == "server"


async def test_no_local_server_is_told(world: World, dialog: SettingsDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    async def none() -> list[object]:
        return []

    monkeypatch.setattr(world.catalogue, "find_local", none)
    await opened(world, dialog, "mistral")
    next(each for each in dialog.providers().add_menu().actions() if each.text() == "Find local servers").trigger()
    await world.settle()
    assert "No local server answered" in said(dialog)


# Models


async def test_models_are_searched_starred_hidden_and_added(world: World, dialog: SettingsDialog) -> None:
    await world.add("mistral", "Personal")
    await world.catalogue.test("mistral")
    detail = await opened(world, dialog, "mistral")
    rows = detail.models.list
    assert rows.model().rowCount() == 11
    detail.models.search.setText("small latest")
    assert rows.model().rowCount() == 1
    detail.models.search.clear()

    rows.setCurrentIndex(rows.model().index(3, 0))
    QTest.keyClick(rows, Qt.Key.Key_F)
    await world.settle()
    codestral = world.catalogue.model(MISTRAL_MODELS[3].ref)
    assert codestral is not None
    assert codestral.favourite
    assert "Codestral" in rows.model().index(3, 0).data()  # the row has not moved under the hand
    QTest.keyClick(rows, Qt.Key.Key_Space)
    await world.settle()
    codestral = world.catalogue.model(MISTRAL_MODELS[3].ref)
    assert codestral is not None
    assert not codestral.shown
    assert detail.models.count.text() == "10 of 11 models shown"

    place = rows.visualRect(rows.model().index(0, 0))
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.left() + 16, place.center().y()))
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.right() - 16, place.center().y()))
    await world.settle()
    medium = world.catalogue.model(MISTRAL_MODELS[0].ref)
    assert medium is not None
    assert (medium.favourite, medium.shown) == (True, False)

    detail.models.by_id.click()
    ask = asking(dialog, ModelIdDialog)
    assert isinstance(ask, ModelIdDialog)
    ask.accept()
    assert ask.field.error != ""
    ask.field.setText("my-deployment")
    ask.accept()
    await world.settle()
    assert world.catalogue.model(ModelRef("mistral", "my-deployment")) is not None
    assert rows.model().rowCount() == 12


async def test_a_list_that_cannot_be_fetched_keeps_the_old_one(world: World, dialog: SettingsDialog) -> None:
    await world.add("mistral", "Personal")
    await world.catalogue.test("mistral")
    detail = await opened(world, dialog, "mistral")
    world.client.problem = KeyRejected("Mistral rejected the key “Personal”", "It was revoked.")
    detail.models.refresh_button.click()
    await world.settle()
    assert "rejected" in said(detail.models)
    assert detail.models.list.model().rowCount() == 11
    assert detail.models.refresh_button.isEnabled()
    world.client.problem, world.client.models = None, MISTRAL_MODELS[:2]
    detail.models.refresh_button.click()
    await world.settle()
    assert detail.models.list.model().rowCount() == 2
    assert "rejected" not in said(detail.models)


async def test_alt_and_an_arrow_change_the_order_of_use(world: World, dialog: SettingsDialog) -> None:
    for service in ("mistral", "openai"):
        await world.catalogue.add_key(service, "Personal", KEY)
    await opened(world, dialog, "openai")
    before = [provider.id for provider in world.catalogue.providers()]
    assert before.index("mistral") < before.index("openai")
    QTest.keyClick(dialog.providers().list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    await world.settle()
    after = [provider.id for provider in world.catalogue.providers()]
    assert after.index("openai") < after.index("mistral")
    assert dialog.providers().list.shown() == "openai"
    for _ in range(3):  # at the top it stays there
        QTest.keyClick(dialog.providers().list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
        await world.settle()
    assert world.catalogue.providers()[0].id == "openai"
