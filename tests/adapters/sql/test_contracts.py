"""Every promise of the ports, kept by all three databases."""

import importlib
import inspect
import pkgutil

import errand_domain.testing.contracts as contracts

for _module in pkgutil.iter_modules(contracts.__path__):
    for _name, _class in inspect.getmembers(importlib.import_module(f"{contracts.__name__}.{_module.name}")):
        if _name.endswith("Contract") and inspect.isclass(_class):
            globals()[f"Test{_name}"] = type(f"Test{_name}", (_class,), {"__module__": __name__})
