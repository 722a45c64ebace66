# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in cluster for tests and for the demo: real TLS listeners, faults on demand.

It judges the collection from outside, so it imports nothing of the collection.
"""

from .active_active import ActiveActive
from .authority import Authority, Material
from .cluster import Cluster
from .faults import Fault
from .fleet import Fleet
from .record import Request
from .replica import ReplicaSource

__all__ = ["ActiveActive", "Authority", "Cluster", "Fault", "Fleet", "Material", "ReplicaSource", "Request"]
