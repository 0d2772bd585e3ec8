"""Widgets of the desk: plain values in, messages out. No widget knows the store."""
