"""Small values: texts, identities, points, stops, and the boundary of a campus."""

from typing import Any
from uuid import UUID

import pytest
from attrs import evolve, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.campus import OutsideCampus
from errand_domain.errors import InvalidField
from errand_domain.ids import BuildingId, compact, expand
from errand_domain.place import Contact, Point, Stop
from errand_domain.testing.strategies.values import lines, paragraphs, points
from errand_domain.text import line, paragraph
from tests.domain.examples import AT_STATION, CAMPUS, CENTRE, DORMITORY, STATION


@frozen
class Line:
    text: Any = field(validator=line(most=20))


@frozen
class Paragraph:
    text: Any = field(validator=paragraph(most=300))


# -- Text ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "一杯奶茶 🧋",
        "👨‍👩‍👧‍👦 一家人",
        "🫨 新表情",
        "𠮷野家",
        "naïve",
        "\u200fעברית",
        "O'Reilly; --",
        "<b>粗</b>",
        "a" * 20,
    ],
    ids=ascii,
)
def test_whatever_people_type_is_taken(text: str):
    assert Line(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "a\x00b",
        "a\x1bb",
        "a\nb",
        "a\tb",
        "a\x7fb",
        "a\u2028b",
        "a\u2029b",
        "a\ud800b",
        "a\ue000b",
        "a\uffffb",
        "a\ufdd0b",
    ],
    ids=ascii,
)
def test_control_characters_and_halves_of_characters_are_refused(text: str):
    with pytest.raises(InvalidField) as refusal:
        Line(text)
    assert refusal.value.field == "text"


@pytest.mark.parametrize("text", ["", "   ", "　", "a" * 21, None, 5, b"bytes"], ids=repr)
def test_a_line_is_text_of_a_length(text: object):
    with pytest.raises(InvalidField):
        Line(text)


def test_a_paragraph_may_have_line_breaks_and_nothing_else_of_that_kind():
    assert Paragraph("第一行\n第二行").text
    for wrong in ("a\rb", "a\x0bb", "a\x00b"):
        with pytest.raises(InvalidField):
            Paragraph(wrong)


@given(lines(most=20), paragraphs(most=300))
def test_what_the_strategies_draw_is_taken(one: str, many: str):
    assert (Line(one).text, Paragraph(many).text) == (one, many)


# -- Identities ----------------------------------------------------------------------------------------------


@given(st.uuids())
def test_a_compact_identity_expands_to_itself(identity: UUID):
    written = compact(identity)
    assert len(written) == 25
    assert written.isascii()
    assert written.isalnum()
    assert written == written.lower()
    assert expand(written) == identity


@given(st.uuids(), st.uuids())
def test_compact_identities_sort_as_their_identities(one: UUID, other: UUID):
    assert (compact(one) < compact(other)) == (one < other)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0" * 24,
        "0" * 26,
        "z" * 25,
        "0" * 24 + "A",
        " " + "0" * 24,
        "+" + "0" * 24,
        "0_" + "0" * 23,
        "-" * 25,
        "٠" * 25,
    ],
    ids=ascii,
)
def test_nothing_else_expands(written: str):
    with pytest.raises(ValueError, match=r"\S"):
        expand(written)


@given(st.text(max_size=26))
def test_whatever_expands_was_written_that_way(written: str):
    try:
        identity = expand(written)
    except ValueError:
        return
    assert compact(identity) == written


# -- Places --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(90.1, 0), (0, -180.1), (float("nan"), 0), (0, float("inf")), ("39", 0), (True, 0)]
)
def test_a_point_is_on_earth(latitude: Any, longitude: Any):
    with pytest.raises(InvalidField):
        Point(latitude=latitude, longitude=longitude)


@given(points(), points())
def test_distance_is_the_same_both_ways_and_never_more_than_half_the_earth(one: Point, other: Point):
    assert one.metres_to(other) == other.metres_to(one)
    assert 0 <= one.metres_to(other) <= 20_015_200
    assert one.metres_to(one) == 0


def test_a_degree_of_latitude_is_111_kilometres():
    assert Point(latitude=39, longitude=116).metres_to(Point(latitude=40, longitude=116)) == 111_195


@pytest.mark.parametrize("phone", ["", "13800000001", "+86abc", "+８６１３８００００", "+86138000000011234"], ids=ascii)
def test_a_contact_has_a_number_that_can_be_called(phone: str):
    with pytest.raises(InvalidField) as refusal:
        Contact(name="小林", phone=phone)
    assert refusal.value.field == "phone"


def test_a_contact_stays_out_of_every_log():
    stop = Stop(name="紫荆公寓", point=CENTRE, detail="512", contact=Contact(name="小林", phone="+8613800000001"))
    assert not any(secret in repr(stop) for secret in ("小林", "138", "512"))


# -- Campus --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latitude", "longitude", "inside"),
    [
        (39.98, 116.30, True),
        (39.9701, 116.2901, True),
        (39.9899, 116.3099, True),
        (39.9699, 116.30, False),
        (39.98, 116.3101, False),
        (-39.98, 116.30, False),
    ],
)
def test_a_point_is_inside_the_boundary_or_not(latitude: float, longitude: float, *, inside: bool):
    assert CAMPUS.contains(Point(latitude=latitude, longitude=longitude)) is inside


def test_a_bay_of_a_crooked_campus_is_outside():
    corners = ((0, 0), (0, 4), (4, 4), (4, 3), (1, 3), (1, 1), (4, 1), (4, 0))
    horseshoe = evolve(CAMPUS, boundary=tuple(Point(latitude=a, longitude=b) for a, b in corners))
    assert horseshoe.contains(Point(latitude=3, longitude=0.5))
    assert horseshoe.contains(Point(latitude=3, longitude=3.5))
    assert not horseshoe.contains(Point(latitude=3, longitude=2))


def test_a_boundary_of_two_points_encloses_nothing():
    with pytest.raises(InvalidField):
        evolve(CAMPUS, boundary=(CENTRE, AT_STATION))


def test_a_stop_is_inside_and_in_a_building_of_this_campus():
    CAMPUS.check_stop(Stop(name="菜鸟驿站", point=AT_STATION, building_id=STATION))
    with pytest.raises(InvalidField):
        CAMPUS.check_stop(Stop(name="那里", point=AT_STATION, building_id=BuildingId(UUID(int=7))))
    with pytest.raises(OutsideCampus) as refusal:
        CAMPUS.check_stop(Stop(name="校外", point=Point(latitude=0, longitude=0)))
    assert refusal.value.stop == "校外"


def test_a_building_is_found_by_its_id():
    found = CAMPUS.building(DORMITORY)
    assert found is not None
    assert found.name == "紫荆公寓"
    assert CAMPUS.building(None) is None
