"""The store on PostgreSQL, for several machines: the same SQL and the same promises. The only `import psycopg`."""
