# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""X509_V_ERR_* of OpenSSL (x509_vfy.h), by what they say of a chain; 1.1.1 and 3.x agree unless said otherwise."""

from __future__ import annotations

NO_ANCHOR = (2, 18, 19, 20, 21, 27, 28)
SIGNATURE = (4, 6, 7)
NOT_YET_VALID = (9,)
EXPIRED = (10,)
NOT_A_CA = (22, 24, 25, 32, 37, 79)  # 24 is an invalid CA in 1.1.1, 79 in 3.x
REVOKED = (23,)
PURPOSE = (26,)
#: The issuer has another name, serial number or key identifier than the certificate says.
OTHER_ISSUER = (29, 30, 31)
NAME_CONSTRAINTS = (47, 48, 49, 51, 52, 53)
HOST = (62,)
WEAK = (66, 67, 68)
CRL = (3, 5, 8, 11, 12, 15, 16, 33, 35, 36, 44, 54)
#: Of RFC 5280; those from 80 on with X509_V_FLAG_X509_STRICT alone.
RULES = (13, 14, 34, *range(38, 44), 45, 46, 55, 76, 77, 78, *range(80, 96))
