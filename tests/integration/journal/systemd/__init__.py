# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for the library of the systemd journal, on the path of modules that tests run."""
