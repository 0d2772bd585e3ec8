"""The heart: what happened and what it means. Pure: no I/O, no Peewee, no stripe, no clock."""
