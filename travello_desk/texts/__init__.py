"""What guests read: pages, mails and receipts, one TOML file a language. A third language is a file and no code."""

from travello_desk.texts.language import DEFAULT, Language, Ltr, choose, language, languages

__all__ = ["DEFAULT", "Language", "Ltr", "choose", "language", "languages"]
