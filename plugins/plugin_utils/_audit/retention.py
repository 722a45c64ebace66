# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Old reports, which scheduled audits pile up in a folder for each run."""

from __future__ import annotations

import os
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from contextlib import suppress

_DAY = 86400


def remove_old(
    below: str, names: AbstractSet[str], days: int, now: float, warn: Callable[[str], None], *, check_mode: bool
) -> list[str]:
    """Remove the folders below one that hold nothing but reports and to which nothing was written lately.

    A folder with anything else in it stays. Links are not followed. What is gone is passed over: other slices of the
    audit remove the same folders.

    Args:
        names: of the files of a report.
        days: for which nothing was written.
        now: in seconds, as C(time.time) has it.
        warn: called with what could not be removed.
        check_mode: nothing is removed.

    Returns:
        The paths of the folders that were removed, or would be.
    """
    found: list[tuple[str, float, list[str]]] = []
    for path, _folders, files in os.walk(below):
        with suppress(FileNotFoundError):
            # Before anything is removed, which is a change of the folder above.
            found.append((path, os.stat(path).st_mtime, files))
    removed: list[str] = []
    for path, written, files in reversed(found[1:]):
        try:
            kept = [one for one in os.listdir(path) if one not in files and os.path.join(path, one) not in removed]
            if written > now - days * _DAY or kept or not names >= set(files):
                continue
            if not check_mode:
                for one in files:
                    os.unlink(os.path.join(path, one))
                os.rmdir(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            warn(f"the old report {path} could not be removed: {os.strerror(error.errno or 0)}. Check its owner")
        else:
            removed.append(path)
    return removed
