# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Feed the core inputs that nobody would make on purpose: what it raises, shows and spends has to stay within bounds.

One file for each kind of input; TESTING.md says how it is run.
"""
