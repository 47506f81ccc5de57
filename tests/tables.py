"""Makes every table known to the metadata before a database is created."""

import importlib
import pkgutil

import crm_store


def import_all_tables() -> None:
    for module in pkgutil.walk_packages(crm_store.__path__, "crm_store."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
