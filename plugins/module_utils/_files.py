# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""Files that are replaced atomically: a reader sees the old content or the new, never a part."""

from __future__ import annotations

import contextlib
import os
import tempfile


def replace_file(path: str, content: bytes, *, mode: int = 0o600) -> None:
    """Replace the content of a file atomically.

    Args:
        mode: until the file is complete, its owner alone can read it.

    Nothing is left behind where it fails or is interrupted.

    Raises:
        OSError: it could not be written.
    """
    # Hidden from those who read whole folders, as node_exporter does.
    descriptor, new = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".certificates-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.chmod(new, mode)
        os.replace(new, path)
    except BaseException:  # also the clock of a task (timeout)
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise
