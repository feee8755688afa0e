"""An operator wants something looked at that was let pass, by the check or by a person before."""

from datetime import datetime

from attrs import frozen

from errand_domain.content.case import ContentCase, case_id_of
from errand_domain.content.report import Pointed
from errand_domain.errors import InvalidField
from errand_domain.ids import FileId
from errand_domain.member.member import Member
from errand_domain.permissions import check, check_anywhere
from errand_domain.ports.audit import AuditLine
from errand_domain.ports.outside import Clock, Secrets
from errand_domain.ports.transaction import Begin, Transaction
from errand_domain.use_cases.content.judging import new_case, open_among
from errand_domain.use_cases.content.screening import hold_image
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.moderation.moderate_content import concerned_by
from errand_domain.use_cases.moderation.pointing import WHAT, named


@frozen(kw_only=True)
class OpenContentCase:
    """A case is opened about it, unless one waits; what was decided before stays as it is. Then it is decided as usual.

    An image is shown until then, or withheld at once.
    """

    begin: Begin
    clock: Clock
    secrets: Secrets

    @decided_anew_when_stale
    async def __call__(self, pointed: Pointed, operator: Member, *, reason: str, withhold: bool = False) -> ContentCase:
        """The case that waits; audited. Raises `Missing` for what is not there any more, and `OwnContent`."""
        if withhold and pointed.kind not in ("image", "picture"):
            raise InvalidField("withhold", "is for images alone")
        now = self.clock.now()
        check_anywhere("moderate_content", operator)
        async with self.begin() as tx:
            about = await named(tx, pointed, self.secrets)
            concerns = await concerned_by(tx, about)
            check("moderate_content", operator, campus_id=about.campus_id, of=WHAT, concerns=concerns)
            cases = await tx.content_cases.of_subject(about.kind, about.subject)
            is_held = withhold and await hold_image(tx, FileId(about.subject), at=now)
            case = open_among(cases, about)
            if case is None:
                case_id = case_id_of(about.kind, about.subject, len(cases))
                case = new_case(case_id, about, "opened", reason=reason, at=now)
                tx.content_cases.add(case)
                _audit(tx, case, operator, "content.opened", reason, at=now)
            elif is_held:
                case = case.touched()  # whoever lets it stand in this moment looks again, and shows it again
                tx.content_cases.save(case)
            if is_held:
                _audit(tx, case, operator, "content.withheld", reason, at=now)
            await tx.commit()
        return case


def _audit(tx: Transaction, case: ContentCase, operator: Member, action: str, reason: str, *, at: datetime) -> None:
    tx.audit.record(
        AuditLine(
            at=at,
            actor_id=operator.id,
            campus_id=case.campus_id,
            action=action,
            subject=f"content:{case.id}",
            detail=reason,
        )
    )
