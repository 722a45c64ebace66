# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m simulator``."""

import sys

from .command_line import main

sys.exit(main())
