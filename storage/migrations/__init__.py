"""Alembic's environment and the migrations of the tables from one version to the next."""
