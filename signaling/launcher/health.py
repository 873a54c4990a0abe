"""What is not up yet: asked of every process by the way in which others see it."""

import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterable

import redis

from sfu.control import WORKERS_KEY
from signaling.launcher.supervision import State

ANSWER_WITHIN_S = 3.0
SEEN_WITHIN_S = 8.0
"""A worker that has not written its heartbeat for so long does not count."""
WORKER_KEY = "worker:heartbeat"


def not_running(states: Iterable[State]) -> list[str]:
    """Name the processes which the supervisor does not call running."""
    return [each.name for each in states if each.state != "RUNNING"]


def web_answers(url: str) -> bool:
    """Whether `url` answers 200. Who signed its certificate is not looked at: it is our own machine."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_WITHIN_S, context=context) as answer:  # noqa: S310 - our own URL
            return int(answer.status) == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False


def workers_seen(redis_url: str) -> tuple[int, int]:
    """Return how many SFU workers and how many background workers show signs of life in Redis."""
    try:
        with redis.Redis.from_url(redis_url, socket_timeout=ANSWER_WITHIN_S) as client:
            media = client.zcount(WORKERS_KEY, time.time() - SEEN_WITHIN_S, "+inf")
            return int(media), int(client.exists(WORKER_KEY))
    except redis.RedisError:
        return 0, 0
