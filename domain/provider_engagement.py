"""Is a provider asked, and may refuse, or are its crews told?"""

from datetime import datetime
from typing import ClassVar

from domain.aggregate import Aggregate, event
from domain.provider_standing import ProviderStanding
from domain.provider_terms import AnswersBy, BadEngagement, Engaged, Engagement


class ProviderEngagement(ProviderStanding):
    """What was agreed on with a company; one that nothing was agreed on with is a contractor, asked by app."""

    class EngagementSet(Aggregate.Event):
        """Agreed how it works for us from ``effective_at`` on; until then as ``before``."""

        TOPIC: ClassVar[str] = "provider.engagement_set"
        engagement: Engagement
        answers_by: AnswersBy
        effective_at: datetime
        before: Engagement

    def set_engagement(
        self, engagement: Engagement, answers_by: AnswersBy, effective_at: datetime, at: datetime
    ) -> None:
        """Agree how it works for us from an instant on, in place of what was agreed for later.

        The same again changes nothing. Raises ProviderClosed, or BadEngagement for an instant that is past.
        """
        self._not_closed()
        now = self.engaged
        same = (now.engagement, now.answers_by) == (engagement, answers_by)
        if same and (now.effective_at == effective_at or (now.effective_at or at) <= at == effective_at):
            return
        if effective_at < at:
            raise BadEngagement
        self.trigger_event(
            self.EngagementSet,
            timestamp=at,
            engagement=engagement,
            answers_by=answers_by,
            effective_at=effective_at,
            before=now.on(at),
        )

    @event(EngagementSet)
    def _on_engagement_set(
        self, engagement: Engagement, answers_by: AnswersBy, effective_at: datetime, before: Engagement
    ) -> None:
        self.engaged = Engaged(engagement, answers_by, effective_at, before)
