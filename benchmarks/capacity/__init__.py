"""A large made-up shop on PostgreSQL: how long its reads take, by which plans, what a row takes on disk, and a model."""
