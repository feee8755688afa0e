"""`errand runner review`: one application after another, at a terminal."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import click
from attrs import Factory, define, field

from entrypoints.cli.desk import CAMPUS, OPERATOR, Desk, at_desk
from entrypoints.cli.output import shown
from entrypoints.cli.review_card import CardOnDisk
from entrypoints.cli.review_talk import Done, Talk
from errand_domain.campus import Campus
from errand_domain.errors import DomainError, Stale
from errand_domain.ids import MemberId
from errand_domain.runner.runner import Runner
from errand_domain.runner.verification import IllegalVerificationTransition
from errand_domain.use_cases.runners.review_runner import Approve, Decision, Reject, WantMore

QUEUE_MOST: Final = 200
DECISIONS_SHOWN_MOST: Final = 20
SEEN_DIGITS: Final = 4
KEYS: Final = "[c]ard [n]ame [a]pprove [m]ore [r]eject [s]kip [q]uit [?]"
HELP: Final = """\
c  show the photo of the card; recorded. It lies in a file that only you can read, until the next application comes
n  show the whole name and student number; recorded
a  approve
m  want more: ask what, and tell the applicant
r  reject: ask the reason, and tell the applicant
s  skip: it stays in the queue
q  quit"""
REASONS: Final = ("姓名与学生证不一致", "学号与学生证不一致", "学生证已过期", "不是本校学生证", "照片不是学生证")
WANTED: Final = ("照片不清晰，请重新拍摄学生证", "请拍摄包含姓名和学号的完整页面", "请拍摄带有效期的页面")


@click.command("review")
@click.option(
    "--open", "opener", metavar="COMMAND", help="Open the card with this, such as xdg-open; else its path is told."
)
@CAMPUS
@OPERATOR
@at_desk
async def review(desk: Desk, *, opener: str | None, campus_ref: str | None) -> None:
    """Walk the queue: one application after another, oldest first. Needs --as; every look and decision is recorded."""
    desk.signed  # noqa: B018 - refuses where nobody signs
    walk = Walk(
        desk=desk, campus=await desk.campus(campus_ref), talk=Talk(desk.output.as_json), card=CardOnDisk(opener)
    )
    try:
        await walk.run()
    except Done:
        pass
    finally:
        walk.card.put_away()
    if desk.output.as_json:
        desk.output.facts(walk.counts)
    else:
        desk.output.say(", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in walk.counts.items()))


@define(kw_only=True)
class Walk:
    """One reviewer's way through the queue of one campus."""

    desk: Desk
    campus: Campus
    talk: Talk
    card: CardOnDisk
    passed: set[MemberId] = Factory(set[MemberId])
    counts: dict[str, int] = field(factory=lambda: {"approved": 0, "more_wanted": 0, "rejected": 0, "skipped": 0})

    async def run(self) -> None:
        """Until nothing waits that this reviewer has not passed by; raises `Done` where they quit."""
        while (runner := await self._next()) is not None:
            self.card.put_away()
            await self._present(runner)
            while not await self._step(runner):
                pass
            self.passed.add(runner.member_id)
        self.talk.say("No application waits.")

    async def _next(self) -> Runner | None:
        """The oldest that waits; one's own is passed by, for somebody else to review."""
        waiting = await self.desk.container.review_queue()(self.campus.id, self.desk.signed, limit=QUEUE_MOST)
        for runner in waiting:
            if runner.member_id == self.desk.signed.id:
                if runner.member_id not in self.passed:
                    self.talk.say("Your own application waits too: somebody else reviews it.")
                    self.passed.add(runner.member_id)
            elif runner.member_id not in self.passed:
                return runner
        return None

    async def _present(self, runner: Runner) -> None:
        application, now = runner.application, self.desk.container.clock().now()
        name = f"{(application.real_name or '?')[:1]}**"
        number = f"…{(application.student_number or '')[-SEEN_DIGITS:]}"
        waits = now - application.submitted_at
        hours = waits.seconds // 3600
        self.talk.say(f"\n{name}  {number}  studies until {application.study_until}")
        self.talk.say(
            f"  applied {shown(application.submitted_at)}, waits {waits.days} d {hours} h; {runner.member_id}"
        )
        decisions = await self.desk.container.earlier_decisions()(
            runner.member_id, self.desk.signed, limit=DECISIONS_SHOWN_MOST
        )
        for line in decisions:
            self.talk.say(f"  earlier: {shown(line.at)} {line.action}{f', {line.detail}' if line.detail else ''}")

    async def _step(self, runner: Runner) -> bool:
        """One answer of the reviewer: whether the application is dealt with."""
        key = self.talk.ask(KEYS).lower()
        if key == "q":
            raise Done
        step = self._steps.get(key)
        if step is None:
            self.talk.say(HELP)
            return False
        try:
            return await step(runner)
        except (IllegalVerificationTransition, Stale):
            self.talk.say(
                "Meanwhile somebody else has decided, or the applicant has sent another card. On to the next."
            )
            return True
        except DomainError as refusal:
            self.talk.say(f"{refusal.sentence} [{refusal}]")
            return False

    @property
    def _steps(self) -> Mapping[str, Callable[[Runner], Awaitable[bool]]]:
        return {
            "c": self._show_card,
            "n": self._show_name,
            "a": self._approve,
            "m": self._want_more,
            "r": self._reject,
            "s": self._skip,
        }

    async def _show_card(self, runner: Runner) -> bool:
        photo = runner.application.card_photo
        if photo is None:
            self.talk.say("There is no photo.")
            return False
        fetched = await self.desk.container.fetch_file()(photo, self.desk.signed)
        self.talk.say(f"  {await self.card.show(fetched.content, fetched.file.media_type)}")
        return False

    async def _show_name(self, runner: Runner) -> bool:
        application = await self.desk.container.look_at_application()(runner.member_id, self.desk.signed)
        self.talk.say(f"  {application.real_name}  {application.student_number}")
        return False

    async def _approve(self, runner: Runner) -> bool:
        return await self._decide(runner, Approve(), "approved")

    async def _want_more(self, runner: Runner) -> bool:
        wanted = self._choose("What is wanted?", WANTED)
        return bool(wanted) and await self._decide(runner, WantMore(wanted=wanted), "more_wanted")

    async def _reject(self, runner: Runner) -> bool:
        reason = self._choose("Why?", REASONS)
        return bool(reason) and await self._decide(runner, Reject(reason=reason), "rejected")

    async def _skip(self, _: Runner) -> bool:
        self.counts["skipped"] += 1
        return True

    async def _decide(self, runner: Runner, decision: Decision, counted: str) -> bool:
        shown_at = runner.application.submitted_at
        await self.desk.container.review_runner()(runner.member_id, self.desk.signed, decision, shown_at=shown_at)
        self.counts[counted] += 1
        self.talk.say(f"  {counted.replace('_', ' ')}; the applicant is told.")
        return True

    def _choose(self, question: str, offered: tuple[str, ...]) -> str:
        """One of those by number, or the reviewer's own words; nothing is a change of mind."""
        for number, text in enumerate(offered, 1):
            self.talk.say(f"  {number}  {text}")
        answer = self.talk.ask(f"{question} A number, or words of your own; nothing goes back:")
        return offered[int(answer) - 1] if answer.isdecimal() and 1 <= int(answer) <= len(offered) else answer
