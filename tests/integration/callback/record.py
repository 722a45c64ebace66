# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A callback plugin that writes each result of a run to a file, with the time that the task took."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from ansible.parsing.ajson import AnsibleJSONEncoder
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: record
type: aggregate
short_description: Write each result to a file
description: Writes each result as a line of JSON to the file that E(RECORD_FILE) names.
requirements: []
"""


class CallbackModule(CallbackBase):  # type: ignore[misc] # Ansible has no type hints
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"

    def __init__(self) -> None:
        super().__init__()
        self._started: dict[tuple[str, str], float] = {}

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        self._started[host.name, task._uuid] = time.monotonic()

    def _record(self, result: Any, status: str) -> None:
        line = {
            "task": result._task.name,
            "action": result._task.resolved_action or result._task.action,
            "host": result._host.name,
            "status": status,
            "started": self._started.get((result._host.name, result._task._uuid)),
            "ended": time.monotonic(),
            "result": result._result,
        }
        with open(os.environ["RECORD_FILE"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, cls=AnsibleJSONEncoder) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._record(result, "ok")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._record(result, "failed")

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._record(result, "skipped")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._record(result, "unreachable")
