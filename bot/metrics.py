"""What is counted, for ``GET /metrics``: own registry, few labels with few values, no names and no secrets.

Counters live in the event loop's thread and cost about a microsecond. Gauges of what lies in the database are read when somebody asks.
"""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST
REGISTRY = CollectorRegistry()
INBOX = Counter("genjin_inbox_events", "Events by platform, kind and outcome", ["platform", "kind", "outcome"], registry=REGISTRY)
REFUSED = Counter("genjin_inbox_refused", "Requests refused at the door", ["platform", "reason"], registry=REGISTRY)
JOBS = Histogram(
    "genjin_job_seconds",
    "Time in work by kind and result",
    ["kind", "result"],
    buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300),
    registry=REGISTRY,
)
SENDS = Counter("genjin_outbox_sends", "Tries to send by platform and result", ["platform", "result"], registry=REGISTRY)
OUTBOX = Gauge("genjin_outbox_messages", "Messages that have not left, by state", ["state"], registry=REGISTRY)
OLDEST = Gauge("genjin_outbox_oldest_seconds", "Age of the oldest message that waits to leave", registry=REGISTRY)
DEAD = Gauge("genjin_dead_letters", "What was given up, by where it lies", ["where"], registry=REGISTRY)
INBOX_OPEN = Gauge("genjin_inbox_open", "Events accepted and not handled yet, by state", ["state"], registry=REGISTRY)
TIMERS_LATE = Gauge("genjin_timers_late", "Timers more than two minutes late", registry=REGISTRY)
WRITER_QUEUE = Gauge("genjin_writer_queue", "Units of work that wait for the writer", registry=REGISTRY)
LAG = Histogram("genjin_loop_lag_seconds", "How late the event loop turns", buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 1, 5), registry=REGISTRY)
PROOF_AT = Gauge("genjin_proof_timestamp_seconds", "When the watch last looked", registry=REGISTRY)
FINDINGS = Gauge("genjin_proof_findings", "What the watch found wrong, by cause", ["cause"], registry=REGISTRY)


def exposition() -> bytes:
    """Everything in Prometheus' text format."""
    return generate_latest(REGISTRY)
