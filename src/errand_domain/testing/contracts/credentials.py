"""The promises of `errand_domain.ports.credentials`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import pytest
from attrs import evolve

from errand_domain.errors import Stale
from errand_domain.ids import MemberId
from errand_domain.member.credential import INVITATION_LIFE, Credential, Invitation
from errand_domain.ports.credentials import Authenticators, BreachedPasswords, PasswordHashes
from errand_domain.ports.transaction import Transaction
from errand_domain.testing import examples
from errand_domain.testing.contracts.database import Database, commit
from errand_domain.testing.contracts.racing import all_at_once, refusals
from errand_domain.testing.examples import NOW

CodeAt = Callable[[str, datetime], str]
BREACHED: Final = ("correct horse battery", "Correct horse battery", "泄露的密码 2024", "a", "x" * 128, "\n")
STEP: Final = timedelta(seconds=30)


class CredentialsContract:
    """Give a fixture `database`: an empty one for each test."""

    pytestmark = pytest.mark.anyio

    async def test_a_credential_comes_back_as_it_was_put(self, database: Database) -> None:
        credential = _credential()
        async with database.begin() as tx:
            assert await tx.credentials.of_member(credential.member_id) is None
        await commit(database, partial(_put, credential))
        async with database.begin() as tx:
            assert await tx.credentials.of_member(credential.member_id) == credential
            assert await tx.credentials.of_member(_credential().member_id) is None

    async def test_a_later_version_meets_the_one_before_it_or_is_stale(self, database: Database) -> None:
        credential = _credential()
        with pytest.raises(Stale):
            await commit(database, partial(_put, credential.saved()))
        await commit(database, partial(_put, credential))
        for other in (credential, credential.saved().saved()):
            with pytest.raises(Stale):
                await commit(database, partial(_put, other))
        await commit(database, partial(_put, credential.emptied(at=NOW)))
        async with database.begin() as tx:
            assert await tx.credentials.of_member(credential.member_id) == credential.emptied(at=NOW)

    async def test_of_many_who_use_one_step_at_once_one_has_used_it(self, database: Database) -> None:
        credential = _credential()
        await commit(database, partial(_put, credential))
        used = credential.with_step(credential.totp_step + 1).saved()
        assert refusals(await all_at_once([partial(commit, database, partial(_put, used))] * 12)) == [Stale] * 11

    async def test_an_invitation_is_found_by_its_token_and_by_its_member(self, database: Database) -> None:
        invitation = _invitation()
        await commit(database, partial(_invite, invitation))
        async with database.begin() as tx:
            assert await tx.credentials.invitation(invitation.token_hash) == invitation
            assert await tx.credentials.invitation_of(invitation.member_id) == invitation
            assert await tx.credentials.invitation("f" * 64) is None
            assert await tx.credentials.invitation_of(_invitation().member_id) is None

    async def test_a_fresh_invitation_takes_the_place_of_the_last(self, database: Database) -> None:
        first = _invitation()
        second = first.followed_by(token_hash=examples.fresh().hex * 2, totp_secret=first.totp_secret[::-1], at=NOW)
        await commit(database, partial(_invite, first))
        await commit(database, partial(_invite, second))
        async with database.begin() as tx:
            assert await tx.credentials.invitation(first.token_hash) is None
            assert await tx.credentials.invitation(second.token_hash) == second

    async def test_of_many_who_close_one_invitation_at_once_one_has_closed_it(self, database: Database) -> None:
        invitation = _invitation()
        await commit(database, partial(_invite, invitation))
        closing = [partial(commit, database, partial(_invite, invitation.closed()))] * 12
        assert refusals(await all_at_once(closing)) == [Stale] * 11
        async with database.begin() as tx:
            assert await tx.credentials.invitation(invitation.token_hash) == invitation.closed()

    async def test_what_is_forgotten_is_gone_and_may_come_anew(self, database: Database) -> None:
        credential = _credential()
        invitation = evolve(_invitation(), member_id=credential.member_id)
        await commit(database, partial(_put, credential), partial(_invite, invitation))
        await commit(database, lambda tx: tx.credentials.forget(credential.member_id))
        async with database.begin() as tx:
            assert await tx.credentials.of_member(credential.member_id) is None
            assert await tx.credentials.invitation_of(credential.member_id) is None
        await commit(database, partial(_put, credential), partial(_invite, invitation))


class PasswordHashesContract:
    """Give a fixture `adapter`, and `older`: the same with other parameters."""

    pytestmark = pytest.mark.anyio

    async def test_a_password_matches_its_own_hash_and_no_other(self, adapter: PasswordHashes) -> None:
        hashed = await adapter.hash("正确的密码 of mine")
        assert await adapter.matches(hashed, "正确的密码 of mine")
        assert not await adapter.matches(hashed, "正确的密码 of mine ")
        assert not await adapter.matches(hashed, "")

    async def test_no_password_matches_where_there_is_no_hash(self, adapter: PasswordHashes) -> None:
        assert not await adapter.matches(None, "")
        assert not await adapter.matches(None, "anything")

    async def test_each_hash_has_its_own_salt_and_not_the_password_in_it(self, adapter: PasswordHashes) -> None:
        first, second = await adapter.hash("a password"), await adapter.hash("a password")
        assert first != second
        assert "a password" not in first

    async def test_hashes_of_other_parameters_match_and_are_known_to_be_old(
        self, adapter: PasswordHashes, older: PasswordHashes
    ) -> None:
        hashed = await older.hash("a password")
        assert await adapter.matches(hashed, "a password")
        assert not adapter.is_current(hashed)
        assert adapter.is_current(await adapter.hash("a password"))


class BreachedPasswordsContract:
    """Give a fixture `adapter`, which holds `BREACHED`, and `empty`, which holds none."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize("password", BREACHED)
    async def test_it_holds_what_it_was_given(self, adapter: BreachedPasswords, password: str) -> None:
        assert await adapter.hold(password)

    @pytest.mark.parametrize("password", ["", "correct horse", "Correct horse battery ", "泄露的密码", "no such one"])
    async def test_it_holds_nothing_else(self, adapter: BreachedPasswords, password: str) -> None:
        assert not await adapter.hold(password)

    async def test_what_holds_nothing_says_so(self, empty: BreachedPasswords) -> None:
        assert not await empty.hold(BREACHED[0])


class AuthenticatorsContract:
    """Give a fixture `adapter`, and `code_at`: what somebody's authenticator shows for a secret at a moment."""

    def test_the_code_of_now_belongs_to_its_step_and_so_do_its_neighbours(
        self, adapter: Authenticators, code_at: CodeAt
    ) -> None:
        secret = adapter.new_secret()
        now = adapter.step(secret, code_at(secret, NOW), at=NOW)
        assert now is not None
        assert adapter.step(secret, code_at(secret, NOW - STEP), at=NOW) == now - 1
        assert adapter.step(secret, code_at(secret, NOW + STEP), at=NOW) == now + 1

    def test_codes_of_other_moments_and_other_secrets_belong_to_nothing(
        self, adapter: Authenticators, code_at: CodeAt
    ) -> None:
        secret, other = adapter.new_secret(), adapter.new_secret()
        assert secret != other
        for away in (-3, -2, 2, 3):
            assert adapter.step(secret, code_at(secret, NOW + away * STEP), at=NOW) is None
        assert adapter.step(secret, code_at(other, NOW), at=NOW) is None
        assert adapter.step(secret, "", at=NOW) is None

    def test_the_address_names_secret_and_account(self, adapter: Authenticators) -> None:
        secret = adapter.new_secret()
        address = adapter.address(secret, account="lilei@example.edu.cn")
        assert address.startswith("otpauth://totp/")
        assert f"secret={secret}" in address
        assert "lilei%40example.edu.cn" in address


def _credential() -> Credential:
    return Credential(
        member_id=MemberId(examples.fresh()),
        password_hash="$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",  # noqa: S106 - the form of a hash
        totp_secret="JBSWY3DPEHPK3PXP",  # noqa: S106 - an example
        totp_step=59_000_000,
        recovery_hashes=("1" * 64, "2" * 64),
        changed_at=NOW,
    )


def _invitation() -> Invitation:
    return Invitation(
        member_id=MemberId(examples.fresh()),
        token_hash=examples.fresh().hex * 2,
        totp_secret="JBSWY3DPEHPK3PXP",  # noqa: S106 - an example
        expires_at=NOW + INVITATION_LIFE,
    )


def _put(credential: Credential, tx: Transaction) -> None:
    tx.credentials.put(credential)


def _invite(invitation: Invitation, tx: Transaction) -> None:
    tx.credentials.put_invitation(invitation)
