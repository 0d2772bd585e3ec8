"""PostgreSQL's own migrations, run after the shared ones. A landed file is never edited; write the next number."""
