"""Apply to be a runner."""

from contextlib import suppress
from datetime import date

from attrs import field, frozen

from errand_domain.campus import Gender
from errand_domain.errors import InvalidField, Missing, Stale
from errand_domain.ids import CampusId, FileId, MemberId
from errand_domain.member.consent import Consent, Document, Documents, TextDigests, check_in_force
from errand_domain.permissions import check
from errand_domain.ports.files import StoredFile
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.runner.runner import Runner, new_runner
from errand_domain.runner.verification import Application, StudentNumberTaken
from errand_domain.use_cases.deciding import decided_anew_when_stale


@frozen(kw_only=True)
class RunnerApplication:
    """What the student fills in."""

    member_id: MemberId
    campus_id: CampusId
    real_name: str = field(repr=False)
    student_number: str = field(repr=False)
    card_photo: FileId
    study_until: date
    gender: Gender | None = field(default=None, repr=False)
    agreement_version: str


@frozen(kw_only=True)
class ApplyAsRunner:
    """A member shows a student card. Applying again is welcome where more was wanted, after a refusal or a lapse."""

    begin: Begin
    clock: Clock
    documents: Documents
    digests: TextDigests = field(factory=dict[tuple[Document, str], str])

    @decided_anew_when_stale
    async def __call__(self, application: RunnerApplication) -> Runner:
        """The runner, waiting for review; raises `StudentNumberTaken` or `IllegalVerificationTransition`."""
        check("apply_as_runner", application.member_id, relation="self")  # before anything is looked for
        now = self.clock.now()
        check_in_force("runner_agreement", application.agreement_version, self.documents)
        async with self.begin() as tx:
            campus = await tx.campuses.get(application.campus_id)
            card = await _card_of(tx, application)
            if card.erase_at is not None:
                tx.files.save(card.kept())
            if application.study_until <= now.astimezone(campus.zone).date():
                raise InvalidField("study_until", "must be in the future")
            shown = Application(
                campus_id=campus.id,
                real_name=application.real_name,
                student_number=application.student_number,
                card_photo=application.card_photo,
                study_until=application.study_until,
                gender=application.gender,
                agreement_version=application.agreement_version,
                submitted_at=now,
            )
            member = await tx.members.get(application.member_id)
            check("apply_as_runner", member, relation="self")
            agreement: tuple[Document, str] = ("runner_agreement", application.agreement_version)
            consent = Consent(
                document=agreement[0], version=agreement[1], at=now, text_sha256=self.digests.get(agreement)
            )
            consented = member.consent(consent)
            # Saved in any case: whoever leaves now meets this save.
            tx.members.save(consented if consented is not member else member.touched())
            runner = await tx.runners.find(application.member_id)
            if runner is None:
                runner = new_runner(application.member_id, shown, campus.policy.credit)
                tx.runners.add(runner)
            else:
                runner = runner.resubmit(shown)
                tx.runners.save(runner)
            try:
                await tx.commit()
            except StudentNumberTaken:
                await self._check_taken_by_another(application.member_id, runner)
                raise
        return runner

    async def _check_taken_by_another(self, member_id: MemberId, runner: Runner) -> None:
        """Raise `Stale` where it was the member's own first application, at the same moment, that took the number."""
        async with self.begin() as tx:
            known = await tx.runners.find(member_id)
        if known is not None and known.version >= runner.version:
            raise Stale("runner") from None


async def _card_of(tx: Transaction, application: RunnerApplication) -> StoredFile:
    """The card that is shown; raises `InvalidField` for one that is gone, somebody else's, or none."""
    with suppress(Missing):
        card = await tx.files.get(application.card_photo)
        if card.owner_id == application.member_id and card.purpose == "student_card":
            return card
    raise InvalidField("card_photo", "must be a student card that you uploaded")
