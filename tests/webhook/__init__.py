"""Tests of webhook/: over real HTTP, against a listener on a free port."""
