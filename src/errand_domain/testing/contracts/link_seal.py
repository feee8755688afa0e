"""The promises of `errand_domain.ports.link_seal.LinkSeal`."""

import re
from datetime import UTC, timedelta
from typing import get_args

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from errand_domain.errors import Missing
from errand_domain.ids import FileId, MemberId
from errand_domain.ports.files import FilePurpose
from errand_domain.ports.link_seal import FileLink, LinkSeal
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import SOME_EXAMPLES

LINKS = st.builds(
    FileLink,
    file_id=st.uuids().map(FileId),
    viewer_id=st.none() | st.uuids().map(MemberId),
    purpose=st.sampled_from(get_args(FilePurpose)),
    expires_at=st.integers(0, 10**8).map(lambda seconds: examples.NOW.replace(microsecond=0) + timedelta(0, seconds)),
)


class LinkSealContract:
    """Give fixtures `adapter` and `stranger`: the same kind of seal with another key."""

    @given(link=LINKS)
    @SOME_EXAMPLES
    def test_a_link_comes_back_as_it_went(self, adapter: LinkSeal, link: FileLink) -> None:
        token = adapter.seal(link)
        assert adapter.unseal(token) == link
        assert adapter.unseal(token).expires_at.tzinfo is UTC
        assert re.fullmatch(r"[A-Za-z0-9_.~-]{1,200}", token)

    @given(link=LINKS, data=st.data())
    @SOME_EXAMPLES
    def test_one_changed_letter_leads_nowhere(self, adapter: LinkSeal, link: FileLink, data: st.DataObject) -> None:
        token = adapter.seal(link)
        place = data.draw(st.integers(0, len(token) - 1))
        letter = data.draw(st.sampled_from("ABCxyz059-_=.+/ \n\u00e9").filter(lambda c: c != token[place]))
        for forged in (token[:place] + letter + token[place + 1 :], token[:place], token[: place + 1] + letter):
            if forged != token:
                with pytest.raises(Missing):
                    adapter.unseal(forged)

    @given(text=st.text(st.characters(codec="utf-8")) | st.text("ABCabc019-_=", min_size=1))
    @SOME_EXAMPLES
    def test_whatever_else_comes_leads_nowhere(self, adapter: LinkSeal, text: str) -> None:
        with pytest.raises(Missing):
            adapter.unseal(text)

    @given(link=LINKS)
    @SOME_EXAMPLES
    def test_another_key_does_not_open_it(self, adapter: LinkSeal, stranger: LinkSeal, link: FileLink) -> None:
        with pytest.raises(Missing):
            adapter.unseal(stranger.seal(link))

    @given(link=LINKS)
    @SOME_EXAMPLES
    def test_a_link_of_another_viewer_is_another_link(self, adapter: LinkSeal, link: FileLink) -> None:
        assert adapter.seal(link) != adapter.seal(evolve(link, viewer_id=MemberId(examples.fresh())))
