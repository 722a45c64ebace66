# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret shows itself to nobody."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._api.client import Stored, Update
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._secrets import Secret

VALUE = "the value itself"


@pytest.mark.parametrize(
    "holder", [Secret(VALUE), Stored("pem", Secret(VALUE)), Update("proxy", "pem", Secret(VALUE)), [Secret(VALUE)]]
)
def test_no_text_form_shows_it(holder: object, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").warning("%s %r", holder, holder)
    with pytest.raises(LookupError) as raised:
        raise LookupError(holder)
    shown = "".join(traceback.format_exception(LookupError, raised.value, raised.tb))
    assert VALUE not in f"{holder} {holder!r} {shown} {caplog.text}"


@pytest.mark.parametrize("serialise", [json.dumps, pickle.dumps, copy.copy, copy.deepcopy])
def test_it_is_not_serialised(serialise: object) -> None:
    with pytest.raises(TypeError):
        serialise(Secret(VALUE))  # type: ignore[operator]


def test_it_is_revealed_on_purpose() -> None:
    assert Secret(VALUE).reveal() == VALUE
