# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection ships for Prometheus and Grafana, on metrics that an audit exports, by real programs."""
