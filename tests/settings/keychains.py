"""Keychains that behave and keychains that do not."""

import keyring.errors
from keyring.backend import KeyringBackend


class Working(KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.passwords:
            raise keyring.errors.PasswordDeleteError("not found")
        del self.passwords[service, username]


class Failing(Working):
    """Raises `problem` at everything, with the password in its words as the worst backends do."""

    def __init__(self, problem: type[Exception]) -> None:
        super().__init__()
        self.problem = problem

    def get_password(self, service: str, username: str) -> str | None:
        raise self.problem(f"cannot read {service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.problem(f"cannot store {password}")

    def delete_password(self, service: str, username: str) -> None:
        raise self.problem("cannot delete")


class Forgetful(Working):
    """Says yes and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class PlaintextKeyring(Working):
    """By its name: a file anyone can read."""
