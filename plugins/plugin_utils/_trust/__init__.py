# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which certificates the clusters of a fleet present, and which of them are trusted once a person has confirmed them.

Private to this collection: may change in any release.
"""
