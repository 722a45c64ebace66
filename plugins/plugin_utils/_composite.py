# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions that run others of this collection, one after the other, for the role whose variables they read.

Private to this collection: may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ansible.errors import AnsibleConnectionFailure
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import (
    CONNECTION_EXCLUSIVE,
    CONNECTION_SPEC,
)
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._operation import Context, Operation
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._untrusted import printable

from ._action import OperationAction
from ._hosts import Host
from ._output.table import paragraph
from ._plain import plain, plain_result, take_warnings
from ._role_spec import prepare
from ._rotation.steps import StepFailed
from ._rotation.wanted import MISSING, Wanted
from ._warmup import prepare_templates

# What fails there is reported by the task that needs it.
with suppress(Exception):
    prepare("rotation")
    prepare_templates()


def composite(options: Mapping[str, dict[str, Any]]) -> Operation:
    """Return an operation with the options of the connection and others, for M(CompositeAction.do)."""
    return Operation(undone, {**CONNECTION_SPEC, **options}, mutually_exclusive=CONNECTION_EXCLUSIVE)


def undone(task: Context) -> dict[str, Any]:
    """Take the place of what an operation does, until M(CompositeAction.do) is known.

    Raises:
        NotImplementedError: in any case.
    """
    raise NotImplementedError


class CompositeAction(OperationAction):
    """An action of several steps."""

    _requires_connection = False

    def do(self, task: Context) -> dict[str, Any]:
        """Take the steps.

        Raises:
            CertificateError: one fails.
        """
        raise NotImplementedError

    def perform(self, variables: dict[str, Any]) -> dict[str, Any]:
        self.variables = variables
        self._context: Context | None = None
        self._wanted: Wanted | None = None
        return self.run_in_controller(replace(self.operation, run=self._run), variables)

    def _run(self, task: Context) -> dict[str, Any]:
        self._context = task
        try:
            return self.do(task)
        except AnsibleConnectionFailure as error:
            host, why = self.variables["inventory_hostname"], printable(str(error), 300)
            raise CertificateError(
                "host_unreachable",
                f"cannot reach {host} to run modules there: {why}. A host of the inventory is a cluster, which Ansible "
                "does not log in to. Set connection: local on the play, or delegate_to: localhost on the task.",
            ) from None

    def step(
        self, name: str, options: Mapping[str, Any], *, predict: bool = False, connected: bool = True
    ) -> dict[str, Any]:
        """See M(Step)."""
        known = CONNECTION_SPEC if connected else ()
        connection = {option: value for option, value in self._task.args.items() if option in known}
        other = self.sibling(name, {**connection, **options})
        if predict:
            other._task.check_mode, other._task.diff = True, False  # noqa: SLF001 - as the keywords of a task do
        result: dict[str, Any] = other.run(task_vars=self.variables)
        if self._context is not None:
            said, host = self._context.warnings, self.variables["inventory_hostname"]
            warnings = [f"{host}: {text}" for text in take_warnings(result)]
            said += [text for text in warnings if text not in said]  # what is predicted is said once
        if result.get("failed"):
            raise StepFailed(result)
        return result

    def foreign(self, what: str, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """Run a module of another collection, and return its result, which may hold secrets.

        Args:
            what: is being done, for the message.

        Raises:
            CertificateError: it fails.
        """
        result: dict[str, Any] = self.other_action(name, options).run(task_vars=self.variables)
        if result.get("failed"):
            raise CertificateError("issuing_failed", f"{what}: {result.get('msg')}")
        return result

    def say(self, text: str) -> None:
        """Show at once what is said of the host."""
        self.show(paragraph(f"{self.variables['inventory_hostname']}: ", text))

    def variable(self, name: str) -> Any:
        """Return a variable of the task, as plain data."""
        return plain(self._templar.template(self.variables.get(name)))

    def registered(self, name: str) -> Any:
        """Return what a task registered, as plain data. It has no templates, and to look for them takes long."""
        return plain_result(self.variables.get(name))

    def handed_on(self, what: str) -> dict[str, Any]:
        """Return what the last step of the role hands on, V(plan) or V(issued); empty: nothing."""
        found: dict[str, Any] = (self.registered("rotation_result") or {}).get(what, {})
        return found

    def plan_handed_on(self) -> dict[str, Any]:
        """Return the plan that the role's first step hands on.

        Raises:
            CertificateError: there is none: the task is not one of the role.
        """
        plan = self.handed_on("plan")
        if not plan:
            raise CertificateError(
                "invalid_option",
                "the variable rotation_result has no plan. This task is a step of the role rotation: use the role. "
                "Nothing was changed.",
            )
        return plan

    def host(self) -> Host:
        """Return the host of the task, with its variables."""
        return Host(self.variables["inventory_hostname"], lambda: self.variables, self._templar)

    def wanted(self) -> Wanted:
        """Return what the variables of the role want, evaluated once.

        Raises:
            CertificateError: they cannot be used.
        """
        if self._wanted is None:
            found = Wanted.of(self.host())
            problem = MISSING if found is None else found.problem
            if found is None or problem:
                raise CertificateError("invalid_option", problem or "")
            self._wanted = found
        return self._wanted
