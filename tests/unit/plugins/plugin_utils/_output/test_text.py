# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines that a user gives."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._output.text import parse_lines


def test_lines_with_a_colour_and_without() -> None:
    assert list(parse_lines(["a", ["b", "COLOR_WARN"]])) == ["a", ("b", "COLOR_WARN")]


@pytest.mark.parametrize("entry", [5, ["a"], ["a", "COLOR_NONE_SUCH"], ["a", "DEFAULT_FORKS"], {"a": "b"}])
def test_what_is_no_line_is_named(entry: Any) -> None:
    with pytest.raises(CertificateError, match="option lines: entry 2 is neither a text nor a list") as caught:
        list(parse_lines(["a", entry]))
    assert caught.value.failure == {"kind": "invalid_option", "option": "lines"}
