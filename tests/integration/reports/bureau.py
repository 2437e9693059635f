"""The bureau's units as identity tells of them, for the tests of the conflict rule."""

from __future__ import annotations

from contracts.call import Actor
from contracts.event import Received
from contracts.identity.events import UnitChangedV1
from services.reports.handlers import units
from tests.integration.reports.building import NOW

ROOT, OFFICE, EAST, WEST, FIRM = "bureau", "office", "east", "west", "firm"
# id -> (path, name, aliases, heads)
UNITS = {
    ROOT: ((ROOT,), "明镜市司法局", (), (("head", "钱领导"),)),
    OFFICE: ((ROOT, OFFICE), "机关纪委", ("纪检组",), ()),
    EAST: ((ROOT, EAST), "东湖区司法局", ("湖东分局",), (("east-head", "卫东"),)),
    WEST: ((ROOT, WEST), "西岭区司法局", (), (("west-head", "蒋晴"),)),
    FIRM: ((ROOT, EAST, FIRM), "正衡律师事务所", (), (("firm-head", "许诺"),)),
}


def told(unit_id, sequence=1, **changes):
    """An event of identity as the consumer gets it."""
    path, name, aliases, heads = UNITS.get(unit_id, ((ROOT, unit_id), unit_id, (), ()))
    data = {
        "unit_id": unit_id,
        "path": list(path),
        "name": name,
        "aliases": list(aliases),
        "active": True,
        "head_ids": [head for head, _ in heads],
        "head_names": [name for _, name in heads],
    }
    draft = UnitChangedV1.draft(unit_id, **(data | changes))
    loaded = UnitChangedV1.schema().load(draft.data)
    return Received(f"{unit_id}-{sequence}", UnitChangedV1.type(), unit_id, sequence, NOW, loaded)


def know_the_bureau(store):
    """Let the reports service hear of all units."""
    units.know_units(store, [told(unit_id) for unit_id in UNITS])


def person(*roles, of=OFFICE):
    """Somebody with these roles in a unit of the bureau."""
    return Actor(f"{'-'.join(roles)}-of-{of}", "某人", frozenset(roles), of, UNITS[of][0])
