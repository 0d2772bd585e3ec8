"""The verbs of the desk, one file each: what is done to bookings, money and mail. No screen, no HTTP, no SQL."""
