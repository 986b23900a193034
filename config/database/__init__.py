"""The roles of the database, who may do what in it, and the set-up that makes it so. Never part of a migration."""
