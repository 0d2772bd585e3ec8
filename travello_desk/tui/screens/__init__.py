"""Screens of the desk: each one place, with its keys; they read the store and open dialogs."""
