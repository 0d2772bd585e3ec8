"""Fonts for print; see README.md beside this file."""
