"""What the worker counts, for Prometheus."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

MESSAGES: Final = Counter("errand_outbox_messages", "Messages by kind and what became of the try.", ("kind", "outcome"))
MESSAGE_SECONDS: Final = Histogram("errand_outbox_delivery_seconds", "How long one try to deliver took.", ("kind",))
PENDING: Final = Gauge("errand_outbox_pending", "Messages that wait, parked ones not counted.")
PARKED: Final = Gauge("errand_outbox_parked", "Messages that wait for an operator, counted up to 100.")
TIMERS: Final = Counter("errand_timers", "Timers by kind and what became of them.", ("kind", "outcome"))
TIMER_GAP_SECONDS: Final = Gauge(
    "errand_timer_gap_seconds", "Between the last two looks for due timers: so late they are at most.", ("kind",)
)
OVERDUE: Final = Gauge(
    "errand_retention_overdue", "What should have been erased an hour ago and was not, by kind.", ("kind",)
)
FAULTS: Final = Counter("errand_worker_faults", "Rounds that failed as a whole, by what was being done.", ("doing",))
