"""A large made-up shop on PostgreSQL: how long its reads take and by which plans, what it takes on disk; a model."""
