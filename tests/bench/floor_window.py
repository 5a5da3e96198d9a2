"""The floor of the window benchmarks: the least PySide6 program with a list, a text browser and a text field."""

import sys

from PySide6.QtWidgets import QApplication, QHBoxLayout, QListWidget, QPlainTextEdit, QTextBrowser, QVBoxLayout, QWidget


def main() -> int:
    app = QApplication(sys.argv)
    window = QWidget()
    window.resize(1280, 800)
    conversations, transcript, composer = QListWidget(), QTextBrowser(), QPlainTextEdit()
    conversations.addItems([f"Conversation {n}" for n in range(20)])
    transcript.setMarkdown("# Hello\n\nSome *text*.")
    composer.setMaximumHeight(80)
    right = QVBoxLayout()
    right.addWidget(transcript)
    right.addWidget(composer)
    columns = QHBoxLayout(window)
    columns.addWidget(conversations, 1)
    columns.addLayout(right, 3)
    window.show()
    composer.setFocus()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
