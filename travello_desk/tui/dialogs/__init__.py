"""Dialogs: one window for one deed. They show what will be, ask operations to do it, and dismiss with an Outcome."""
