# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a run may take and how much it may ask, told by its options alone, as the module's documentation promises.

With T for ``timeout``, W for ``write_timeout``, R for ``retries`` and P for ``retry_max_delay``, one way is

- a write: R + 1 times W for the answer and T for the read after an answer that was lost, and R times P;
- ``wait_timeout``, and T for a read that begins when it ends;
- ``verify_timeout``, and T for a look that begins when it ends.

The way back is as long, and a last look everywhere ends what could not be put back. With several certificates there may
be a write for each, and one more for all of them; each may have to wait for the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Reads before the first write: certificates, cluster, nodes, databases.
_BEFORE = 4
_NODES = 3

#: Pauses between looks: the first one, and the longest.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0

#: Seconds for everything that nobody waits for, on a busy machine.
_WORK = 5.0


def _writes(certificates: int) -> int:
    """How many are made one way."""
    return 1 if certificates == 1 else certificates + 1


def seconds(options: Mapping[str, Any], certificates: int, *, back: bool) -> float:
    """The longest time that is allowed.

    :param certificates: how many are changed.
    :param back: whether the old ones were put back, or that was tried.
    """
    timeout: float = options["timeout"]
    write: float = (options["retries"] + 1) * (options["write_timeout"] + timeout)
    write += options["retries"] * options["retry_max_delay"]
    one_way: float = _writes(certificates) * (write + options["wait_timeout"] + timeout)
    one_way += options["verify_timeout"] + timeout
    return _WORK + one_way * (1 + back) + timeout


def writes(options: Mapping[str, Any], certificates: int, *, back: bool) -> int:
    """The most write requests. An update may try both of its endpoints."""
    return 2 * (int(options["retries"]) + 1) * _writes(certificates) * (1 + back)


def requests(options: Mapping[str, Any], certificates: int, *, back: bool) -> int:
    """The most requests of any kind."""
    attempts = int(options["retries"]) + 1
    wait = _looks(options["wait_timeout"])
    one_way = _writes(certificates) * (2 * attempts + attempts + wait) + wait
    one_way += _NODES * (_looks(options["verify_timeout"]) + 1)
    return _BEFORE + one_way * (1 + back) + _NODES


def _looks(timeout: float) -> int:
    """How often one may look until a deadline."""
    count, passed, pause = 1, 0.0, _FIRST_PAUSE
    while passed < timeout:
        passed += pause
        pause = min(2 * pause, _LONGEST_PAUSE)
        count += 1
    return count
