"""The demonstration's campus: an invented university with invented house rules, somewhere in Hangzhou."""

from datetime import timedelta
from typing import Final

from errand_domain.campus import Admits, Building, BuildingKind, Campus
from errand_domain.ids import BuildingId, CampusId
from errand_domain.money import Money
from errand_domain.place import Point
from errand_domain.policy import Policy, Withdrawals
from errand_domain.ports.outside import Ids

NAME: Final = "青禾大学东湖校区"
BOUNDARY: Final = (
    (30.2985, 120.0755),
    (30.2985, 120.0945),
    (30.3060, 120.0962),
    (30.3135, 120.0930),
    (30.3135, 120.0760),
)

BUILDINGS: Final[tuple[tuple[str, BuildingKind, float, float, Admits], ...]] = (
    ("东门快递驿站", "parcel_station", 30.3062, 120.0951, "anyone"),
    ("北门快递驿站", "parcel_station", 30.3128, 120.0842, "anyone"),
    ("梧桐苑快递柜", "parcel_station", 30.3014, 120.0796, "anyone"),
    ("一食堂", "canteen", 30.3042, 120.0833, "anyone"),
    ("二食堂", "canteen", 30.3085, 120.0789, "anyone"),
    ("清真餐厅", "canteen", 30.3089, 120.0797, "anyone"),
    ("湖畔咖啡", "shop", 30.3066, 120.0868, "anyone"),
    ("东湖超市", "shop", 30.3037, 120.0908, "anyone"),
    ("学林打印社", "shop", 30.3058, 120.0826, "anyone"),
    ("图书馆", "library", 30.3071, 120.0846, "anyone"),
    ("教学楼A座", "teaching", 30.3096, 120.0868, "anyone"),
    ("教学楼B座", "teaching", 30.3101, 120.0884, "anyone"),
    ("实验楼", "teaching", 30.3112, 120.0901, "nobody"),
    ("体育馆", "other", 30.2999, 120.0871, "anyone"),
    ("校医院", "other", 30.3018, 120.0925, "anyone"),
    ("行政楼", "other", 30.3119, 120.0858, "nobody"),
    ("东门", "gate", 30.3061, 120.0956, "anyone"),
    ("北门", "gate", 30.3132, 120.0846, "anyone"),
    ("南门", "gate", 30.2988, 120.0850, "anyone"),
    ("梧桐苑1号楼", "dormitory", 30.3009, 120.0779, "women"),
    ("梧桐苑2号楼", "dormitory", 30.3013, 120.0785, "women"),
    ("梧桐苑3号楼", "dormitory", 30.3021, 120.0781, "men"),
    ("海棠苑5号楼", "dormitory", 30.3027, 120.0887, "women"),
    ("海棠苑6号楼", "dormitory", 30.3031, 120.0896, "men"),
    ("研究生公寓", "dormitory", 30.3079, 120.0921, "anyone"),
)


def make_campus(ids: Ids) -> Campus:
    """The campus, with rules that leave visitors a day to look: orders and payments wait for so long."""
    return Campus(
        id=CampusId(ids.new()),
        name=NAME,
        boundary=tuple(Point(latitude=latitude, longitude=longitude) for latitude, longitude in BOUNDARY),
        buildings=tuple(
            Building(
                id=BuildingId(ids.new()),
                name=name,
                kind=kind,
                point=Point(latitude=latitude, longitude=longitude),
                admits=admits,
            )
            for name, kind, latitude, longitude, admits in BUILDINGS
        ),
        policy=Policy(
            pay_within=timedelta(hours=24),
            open_for=timedelta(hours=24),
            no_show_after=timedelta(hours=24),
            withdrawals=Withdrawals(approved_unseen_most=Money(1_500)),
        ),
    )
