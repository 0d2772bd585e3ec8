"""Mail as mail: words into messages, messages out of the house. Knows nothing of bookings, money or the store."""
