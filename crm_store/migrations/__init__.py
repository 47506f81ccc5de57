"""Alembic's scripts; `crm_store.migrate` runs them."""
