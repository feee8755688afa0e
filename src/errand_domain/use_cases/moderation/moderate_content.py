"""A person looks at what the check was not sure of, and lets it stand or takes it away."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from attrs import field, frozen

from errand_domain.content.case import ContentCase, ContentCleared, ContentRemoved, Open
from errand_domain.content.report import ReportReason
from errand_domain.errors import Conflict, Missing
from errand_domain.ids import CampusId, ContentCaseId, DisputeId, FileId, MemberId, OrderId, ReviewId
from errand_domain.member.member import Member
from errand_domain.order.erasing import one_version_on, without_words
from errand_domain.order.order import Order
from errand_domain.permissions import check, check_anywhere
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.files import FileStore
from errand_domain.ports.outbox import NoticeKind, Tell
from errand_domain.ports.outside import Clock
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.content.judging import Published
from errand_domain.use_cases.content.screening import clear_image, find_file, remove_image
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.files.stored_files import FetchedFile
from errand_domain.use_cases.orders.resolve_order import cancel_for_operations


@frozen(str=False)
class OrderUnderWay(Conflict):
    """Somebody carries for that order: how its money is divided must be decided first."""

    code = "content.order_under_way"
    sentence = "订单正在进行中，请先取消订单并确定款项分配"


@frozen(kw_only=True)
class Complaint:
    """A report as operators read it: not by whom."""

    reason: ReportReason
    text: str = field(repr=False)
    at: datetime


@frozen(kw_only=True)
class ListedCase:
    """A case with what was reported, oldest first."""

    case: ContentCase
    complaints: tuple[Complaint, ...]


@frozen(kw_only=True)
class ListContent:
    """What waits for a person at a campus."""

    begin: Begin

    async def __call__(
        self, campus_id: CampusId, operator: Member, *, states: Sequence[str], limit: int, reported: bool = False
    ) -> tuple[ListedCase, ...]:
        """The cases in those states, oldest first, but those about words of the operator's own.

        With `reported` only those that members want looked at: where every photo waits, these would come last.

        Nobody decides about those, and who reported them could be told from what they wrote.
        """
        check("moderate_content", operator, campus_id=campus_id)
        async with self.begin() as tx:
            found = await tx.content_cases.at_campus(campus_id, states=states, limit=limit, reported=reported)
            cases = [case for case in found if case.author_id != operator.id]
            reports = await tx.reports.of_cases([case.id for case in cases if case.reports])
        complaints = defaultdict[ContentCaseId, list[Complaint]](list)
        for report in reports:
            complaints[report.case_id].append(Complaint(reason=report.reason, text=report.text, at=report.at))
        return tuple(ListedCase(case=case, complaints=tuple(complaints[case.id])) for case in cases)


@frozen(kw_only=True)
class LookAtImage:
    """An operator looks at the image that a case is about, also where it is withheld, as long as the case is open."""

    begin: Begin
    clock: Clock
    store: FileStore

    async def __call__(self, case_id: ContentCaseId, operator: Member) -> FetchedFile:
        """The image; the look is recorded. Raises `Missing` where there is none, or nothing to decide any more."""
        async with self.begin() as tx:
            case = await _case(tx, case_id, operator)
            if case.kind != "image" or not isinstance(case.state, Open):
                raise Missing("file")
            file = await tx.files.get(FileId(case.subject))
            tx.audit.record(
                AuditLine(
                    at=self.clock.now(),
                    actor_id=operator.id,
                    campus_id=case.campus_id,
                    action="file.seen",
                    subject=f"file:{file.id}",
                    detail=f"content:{case.id}",
                )
            )
            await tx.commit()
        return FetchedFile(file=file, content=await self.store.get(file.id))


@frozen(kw_only=True)
class DecideContent:
    """Clear or remove. What is removed is gone in the same transaction, and its author is told why."""

    begin: Begin
    clock: Clock

    @decided_anew_when_stale
    async def clear(self, case_id: ContentCaseId, operator: Member) -> ContentCase:
        """The cleared case; audited. Raises `OwnContent`, or `IllegalContentTransition` where it was decided."""
        now = self.clock.now()
        async with self.begin() as tx:
            case = await _case(tx, case_id, operator)
            case = case.apply(ContentCleared(at=now, operator_id=operator.id))
            if case.kind == "image":
                await clear_image(tx, FileId(case.subject), at=now)
            tx.content_cases.save(case)
            await _tell_reporters(tx, case, "report_dismissed", at=now)
            _audit(tx, case, operator, "", at=now)
            await tx.commit()
        return case

    @decided_anew_when_stale
    async def remove(self, case_id: ContentCaseId, operator: Member, *, reason: str) -> ContentCase:
        """The case, its content removed; audited. Raises `OrderUnderWay`, too."""
        now = self.clock.now()
        async with self.begin() as tx:
            case = await _case(tx, case_id, operator)
            case = case.apply(ContentRemoved(at=now, operator_id=operator.id, reason=reason))
            await self._take_away(tx, case, operator, reason, at=now)
            tx.content_cases.save(case)
            tx.outbox.add(Tell(member_id=case.author_id, kind="content_removed", detail=reason), at=now)
            await _tell_reporters(tx, case, "report_upheld", at=now)
            _audit(tx, case, operator, reason, at=now)
            await tx.commit()
        return case

    async def _take_away(
        self, tx: Transaction, case: ContentCase, operator: Member, reason: str, *, at: datetime
    ) -> None:
        match case.kind:
            case "nickname":
                member = await tx.members.get(MemberId(case.subject))
                # Whoever has chosen another one meanwhile, which was judged as well, keeps it.
                if member.nickname == case.quote:
                    tx.members.save(member.profile(nickname="", campus_id=member.campus_id))
            case "order":
                order = await tx.orders.get(OrderId(case.subject))
                if order.phase == "in_progress":
                    raise OrderUnderWay
                if order.phase in ("awaiting_payment", "waiting"):
                    order = await cancel_for_operations(tx, order, operator, reason=reason, clock=self.clock)
                bare = without_words(order)
                if bare.terms != order.terms:
                    tx.orders.erase(one_version_on(bare))
            case "review":
                tx.reviews.hide_text(ReviewId(case.subject))
            case "statement":
                dispute = await tx.disputes.get(DisputeId(case.subject))
                tx.disputes.save(dispute.without(case.author_id, case.quote))
            case "image":
                await remove_image(tx, FileId(case.subject), at=at)
            case _:
                assert_never(case.kind)


async def _case(tx: Transaction, case_id: ContentCaseId, operator: Member) -> ContentCase:
    check_anywhere("moderate_content", operator)
    case = await tx.content_cases.get(case_id)
    reporters = [report.reporter_id for report in await tx.reports.of_cases((case_id,))] if case.reports else []
    concerns = (*await concerned_by(tx, case), *reporters)
    check("moderate_content", operator, campus_id=case.campus_id, of="content_case", concerns=concerns)
    return case


async def concerned_by(tx: Transaction, about: ContentCase | Published) -> tuple[MemberId | None, ...]:
    """Whom it is about, its author first; what is gone concerns nobody else."""
    try:
        return about.author_id, *await _other_sides(tx, about)
    except Missing:
        return (about.author_id,)


async def _other_sides(tx: Transaction, about: ContentCase | Published) -> tuple[MemberId | None, ...]:
    """Whom it is about but its author: who takes away what is said against them decides about themselves."""
    match about.kind:
        case "nickname":
            return ()
        case "order":
            return _parties(await tx.orders.get(OrderId(about.subject)))
        case "review":
            return ((await tx.reviews.get(ReviewId(about.subject))).subject_id,)
        case "statement":
            dispute = await tx.disputes.get(DisputeId(about.subject))
            return dispute.requester_id, dispute.runner_id
        case "image":
            file = await find_file(tx, FileId(about.subject))
            if file is None or file.order_id is None:
                return ()
            return _parties(await tx.orders.get(file.order_id))
        case _:
            assert_never(about.kind)


def _parties(order: Order) -> tuple[MemberId | None, ...]:
    return order.requester_id, order.runner_id


async def _tell_reporters(tx: Transaction, case: ContentCase, kind: NoticeKind, *, at: datetime) -> None:
    """Gather a word to each reporter who is still there, with nothing in it of whom or what it is about."""
    for report in await tx.reports.of_cases((case.id,)) if case.reports else ():
        if report.reporter_id is not None:
            tx.outbox.add(Tell(member_id=report.reporter_id, kind=kind), at=at)


def _audit(tx: Transaction, case: ContentCase, operator: Member, reason: str, *, at: datetime) -> None:
    tx.audit.record(
        AuditLine(
            at=at,
            actor_id=operator.id,
            campus_id=case.campus_id,
            action=f"content.{case.state_name}",
            subject=f"content:{case.id}",
            detail=reason,
        )
    )
