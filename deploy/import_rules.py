"""A rule for import-linter: modules that may import nothing but the standard library, each other and what is listed."""

import sys
from typing import Any

from importlinter import Contract, ContractCheck, fields, output


class OnlyContract(Contract):
    """`modules` (with `*` for one part of a name) import only themselves, `allowed`, and the standard library."""

    modules = fields.SetField(subfield=fields.StringField())
    allowed = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: Any, verbose: bool) -> ContractCheck:
        faults = []
        for root in sorted(name for pattern in self.modules for name in _matching(graph, pattern)):
            own = {root} | graph.find_descendants(root)
            for importer in sorted(own):
                for imported in sorted(graph.find_modules_directly_imported_by(importer) - own):
                    if not self._is_allowed(imported):
                        details = graph.get_import_details(importer=importer, imported=imported)
                        faults.append((importer, imported, details[0]["line_number"] if details else 0))
        return ContractCheck(kept=not faults, metadata={"faults": faults})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported, line in check.metadata["faults"]:
            output.print_error(f"{importer} (l.{line}) imports {imported}")

    def _is_allowed(self, module: str) -> bool:
        top = module.split(".")[0]
        names = {str(name) for name in self.allowed or ()}
        return top in sys.stdlib_module_names or top in names or module in names


def _matching(graph: Any, pattern: str) -> list[str]:
    wanted = str(pattern).split(".")
    return [
        name
        for name in graph.modules
        if len(parts := name.split(".")) == len(wanted)
        and all(want in ("*", part) for want, part in zip(wanted, parts, strict=True))
    ]
