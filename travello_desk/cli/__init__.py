"""The commands: click only. Each command opens the house through `Doors`, does one thing and prints what came of it."""
