# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in cluster for tests and for the demo: real TLS listeners, faults on demand.

It judges the collection from outside, so it imports nothing of the collection.
"""

from .authority import Authority, Material
from .cluster import Cluster
from .faults import Fault
from .record import Request

__all__ = ["Authority", "Cluster", "Fault", "Material", "Request"]
