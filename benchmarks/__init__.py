"""What README's performance numbers come from: each one a ratio against a named peer in the same run."""
