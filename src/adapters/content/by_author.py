"""One check for everybody: whoever is known at WeChat is judged by WeChat, everybody else by the list."""

import structlog
from attrs import frozen

from errand_domain.ports.content import ContentCheck, Utterance, Verdict, worst

log = structlog.get_logger("content")


@frozen(kw_only=True)
class ContentCheckByAuthor(ContentCheck):
    """`known` judges those with an identity. Where it is silent, `others` judges, and somebody looks at the rest."""

    known: ContentCheck
    others: ContentCheck

    async def judge(self, utterance: Utterance) -> Verdict:
        """By whoever knows the author; never without an answer of the list."""
        if utterance.wechat_identity is None:
            return await self.others.judge(utterance)
        try:
            return await self.known.judge(utterance)
        except ConnectionError as fault:
            log.warning("content_unjudged", scene=utterance.scene, fault=str(fault))
            return worst("review", await self.others.judge(utterance))
