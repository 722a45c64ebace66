# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long the collection takes, side by side with what users write today; see docs/benchmark.md."""
