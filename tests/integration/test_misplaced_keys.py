# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A private key shows nowhere, whichever option of a module or variable of a role it is given to.

What a role hands on are options of modules, which are tried wherever these run.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from simulator import Cluster

from .runs import COLLECTIONS, HERE, PREFIX, PROGRAMS, TARGET, WHOLE, Ansible, Run, login, task
from .started import JOURNAL

ROOT = HERE.parents[1]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("[a-z]*.py"))

#: Options that may hold a key: secrets, and certificates in PEM, behind which one may have been pasted. What is wanted
#: of a cluster that does not answer is not looked at.
TAKE_A_KEY = re.compile(
    r"(^|[a-z]\[0\]\.|content\.)(certificate|private_key|issuers)$|(ca|client|source)_certificate$|\.issuers$"
    r"|(^|[._])(password|token)$|passphrase$|ownca\.ca_private_key$|account_key$|inputs\.client_key$"
    r"|(vault_pki\.connection|external_account_binding)(\.|$)|^clusters\[0\]\.certificates"
)

#: A cluster that does not answer.
NOWHERE = {"url": "https://127.0.0.1:1", "retries": 0, "validate_certs": False, "username": "admin", "password": "-"}


def pem(key: Any, form: str = "PKCS8", passphrase: bytes | None = None) -> str:
    encryption = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    made: bytes = key.private_bytes(serialization.Encoding.PEM, getattr(serialization.PrivateFormat, form), encryption)
    return made.decode()


def key_forms() -> dict[str, str]:
    """Ways in which users have private keys, and parts of keys, by a name for a variable."""
    key, curve = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
    encryption = serialization.BestAvailableEncryption(b"open sesame")
    lines = pem(key).splitlines()
    return {
        "key_pkcs8": pem(key),
        "key_pkcs1": pem(key, "TraditionalOpenSSL"),
        "key_sec1": pem(curve, "TraditionalOpenSSL"),
        "key_of_curve": pem(curve),
        "key_ed25519": pem(ed25519.Ed25519PrivateKey.generate()),
        "key_encrypted": pem(key, passphrase=b"open sesame"),
        "key_of_curve_encrypted": pem(curve, passphrase=b"open sesame"),
        "key_escaped": pem(key).replace("\n", "\\n"),
        "key_in_one_line": " ".join(pem(key, "TraditionalOpenSSL").split("\n")),
        # Ending with one "=", which Ansible takes for the end of a name in place of suboptions.
        "key_base64": base64.b64encode(
            pem(key).rstrip().encode() + b"\n" * (-(len(pem(key).rstrip()) + 1) % 3)
        ).decode(),
        "key_without_markers": "".join(lines[1:-1]),
        "key_lines": "\n".join(lines[1:-1]),
        "key_beginning": "\n".join(lines[:9]),
        "key_middle": "\n".join(lines[5:-1]),
        "key_pkcs12": base64.b64encode(
            pkcs12.serialize_key_and_certificates(None, key, None, None, encryption)
        ).decode(),
    }


FORMS = key_forms()
#: Parts of all of them that no other text has.
SECRETS = {
    word[start : start + 24]
    for text in FORMS.values()
    for word in re.findall(r"[A-Za-z0-9+/]{24,}", text.replace("\\n", "\n"))
    for start in range(0, len(word) - 23, 24)
}


def shown(run: Run, ansible: Ansible) -> list[str]:
    """The lines of the output, the results and the files that have a part of a key."""
    lines = [*run.output.splitlines(), *(f"{one.task}: {one.result}" for one in run.outcomes)]
    own = {"variables.yml", "record.json"}
    for path in ansible.folder.rglob("*"):
        if path.is_file() and path.name not in own:
            lines += [f"{path}: {line}" for line in path.read_text("utf-8", "replace").splitlines()]
    return [line[:1000] for line in lines if any(secret in line for secret in SECRETS)]


def recorded(ansible: Ansible) -> dict[str, str]:
    """An environment in which a run shows and logs as much as it can, and modules find a journal."""
    return {
        "ANSIBLE_SHOW_CUSTOM_STATS": "true",
        "ANSIBLE_LOG_PATH": str(ansible.folder / "ansible.log"),
        "JOURNAL_FILE": str(ansible.folder / "journal.log"),
        "PYTHONPATH": JOURNAL,
    }


def variables(ansible: Ansible) -> tuple[str, str]:
    """Arguments that define the keys: from 2.19 on, Ansible quotes the lines of a playbook around what failed."""
    path = ansible.folder / "variables.yml"
    path.write_text(yaml.safe_dump(FORMS), encoding="utf-8")
    return "-e", f"@{path}"


def played(ansible: Ansible, inventory: Mapping[str, Any], plays: Sequence[Mapping[str, Any]]) -> Run:
    """Run plays that may use the keys, and keep all that is shown."""
    for name, content in {"inventory.yml": inventory, "playbook.yml": plays}.items():
        (ansible.folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    arguments = ["-i", "inventory.yml", "-vvv", *variables(ansible)]
    return ansible.playbook(ansible.folder / "playbook.yml", *arguments, environment=recorded(ansible))


def places(options: Mapping[str, Any], inside: str = "") -> Iterator[tuple[str, Any]]:
    """The path of each option, suboptions included, with a value in which the word KEY is where the key is to be."""
    for name, option in options.items():
        path = f"{inside}{name}"
        yield path, {name: "KEY"}
        several = option["type"] == "list"
        if several:
            yield f"{path}[0]", {name: ["KEY"]}
        if "dict" in (option["type"], option.get("elements")):
            entry = f"{path}[0]" if several else path
            for place, value in places(option.get("suboptions") or option.get("options") or {}, f"{entry}."):
                yield place, {name: [value] if several else value}
            yield f"{entry}.(unknown)", {name: [{"KEY": "-"}] if several else {"KEY": "-"}}


def filled(value: Any, variable: str) -> Any:
    """The value with a template in place of the word KEY."""
    if isinstance(value, list):
        return [filled(one, variable) for one in value]
    if isinstance(value, dict):
        if "KEY" in value:  # only a template can have another name
            return f"{{{{ {{{variable}: value | default('-')}} }}}}"
        return {name: filled(one, variable) for name, one in value.items()}
    return f"{{{{ {variable} }}}}" if value == "KEY" else value


def cases(options: Mapping[str, Any], every: int = 1) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each option's path with options that hold a key there, the form of which changes from one to the next.

    Args:
        every: of how many options one is tried.
    """
    for number, (path, value) in enumerate(itertools.islice(places(options), 0, None, every)):
        yield path, filled(value, list(FORMS)[number % len(FORMS)])


def combined(base: Any, over: Any) -> Any:
    """Options with others over them; of lists, the first entries."""
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{name: combined(base.get(name), value) for name, value in over.items()}}
    if isinstance(base, list) and isinstance(over, list) and base:
        return [combined(base[0], over[0])]
    return over


@pytest.fixture(scope="session")
def documented() -> dict[str, Any]:
    """The documented options of each module, by its name."""
    names = [f"{PREFIX}.{module}" for module in MODULES]
    said = subprocess.run(
        [str(PROGRAMS / "ansible-doc"), "--json", *names],
        check=True,
        capture_output=True,
        text=True,
        env={"ANSIBLE_COLLECTIONS_PATH": COLLECTIONS, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"},
    )
    return {name.rpartition(".")[2]: found["doc"]["options"] for name, found in json.loads(said.stdout).items()}


#: What is given besides, so that the operation begins when nothing is wrong.
BESIDES: dict[str, dict[str, Any]] = {
    "audit_report": {"clusters": [], "output_directory": "report"},
    "cluster_certificate": {"name": "proxy"},
    "cluster_certificates": {"certificates": [{"name": "proxy"}]},
    "cluster_certificate_backup": {"path": "backup.vault", "names": ["proxy"]},
    "fleet_certificate_info": {"clusters": [{"name": "one"}]},
}


#: Those whose options are nested in most ways are tried in each corner.
IN_EACH_CORNER = ("cluster_certificate", "fleet_certificate_info")


@pytest.mark.parametrize(
    "module", [pytest.param(one, marks=[pytest.mark.corner] if one in IN_EACH_CORNER else []) for one in MODULES]
)
def test_options_of_modules(module: str, ansible: Ansible, documented: Mapping[str, Any]) -> None:
    options = documented[module]
    besides = {**(NOWHERE if "url" in options else {}), **BESIDES.get(module, {})}
    given = {path: combined(besides, own) for path, own in cases(options)}
    given.update({f"misspelt ({form})": {**besides, "misspelt": f"{{{{ {form} }}}}"} for form in FORMS})
    tasks: list[dict[str, Any]] = []
    for number, (path, args) in enumerate(given.items()):
        tasks.append(task(path, module, args, ignore_errors=True, register="found"))
        tasks.append({"name": "Hand it on", "ansible.builtin.set_stats": {"data": {f"found{number}": "{{ found }}"}}})
    run = ansible.tasks(tasks, "-vvv", *variables(ansible), environment=recorded(ansible))
    assert shown(run, ansible) == []
    assert "Traceback" not in run.output
    results = {outcome.task: str(outcome.result) for outcome in run.outcomes}
    for path in given:
        if not TAKE_A_KEY.search(path):
            # Of one cluster of a fleet, it is an error of that cluster alone.
            assert "looks like a private key" in results[path], (path, results[path])


#: Variables of roles besides; the first entry of a list counts for all that is in it.
VARIABLES: dict[str, dict[str, Any]] = {
    "audit": {"audit_output_directory": "report", "audit_drift": True},
    "awx_setup": {"awx_setup_inventory": "-", "awx_setup_project": "-", "awx_setup_credential": "-"},
    "rotation": {"rotation_certificates": [{"name": "proxy"}], "rotation_backup": "backup"},
}


@pytest.mark.role
@pytest.mark.parametrize("role", VARIABLES)
def test_variables_of_roles(role: str, ansible: Ansible) -> None:
    """Each case is a host, whose variables hold the key: so the role is loaded once.

    The newest ansible-core gets them all, and the oldest one promised some of each kind.
    """
    declared = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text("utf-8"))["argument_specs"]
    besides = {**VARIABLES[role], **{f"redis_enterprise_{name}": value for name, value in NOWHERE.items()}}
    groups: dict[str, Any] = {}
    paths: dict[str, str] = {}
    unreached = set()
    for entry_point, about in declared.items():
        hosts = groups.setdefault(entry_point, {"hosts": {}})["hosts"]
        for path, own in cases(about["options"], 1 if WHOLE else 3):
            host = f"case{len(paths)}"
            paths[host] = path
            if entry_point == "rollback" and path.startswith("redis_enterprise_"):
                unreached.add(host)  # there is no backup, so no module is run
            hosts[host] = {**besides, **combined({name: besides.get(name) for name in own}, own)}
    plays = [
        {
            "name": f"Use {entry_point}",
            "hosts": entry_point,
            "connection": "local",
            "gather_facts": False,
            "serial": 1 if role == "audit" else 1000,  # an audit reads all hosts of a play in one task
            "vars": {"ansible_python_interpreter": TARGET, "ansible_pipelining": True},
            "tasks": [
                {
                    "block": [
                        {"ansible.builtin.include_role": {"name": f"{PREFIX}.{role}", "tasks_from": entry_point}}
                    ],
                    "rescue": [{"ansible.builtin.debug": {"msg": "{{ ansible_failed_result }}"}}],
                }
            ],
        }
        for entry_point in declared
    ]
    run = played(ansible, groups, plays)
    assert shown(run, ansible) == []
    assert "Traceback" not in run.output
    for host, path in paths.items():
        results = [outcome.result for outcome in run.outcomes if outcome.host == host]
        assert results, path
        if host not in unreached and not TAKE_A_KEY.search(path):
            assert "looks like a private key" in str(results), (path, results)


#: Variables that only plays use, or that modules get of a play.
OF_PLAYS = [
    ("rotate", "rotation_serial"),
    ("rotate", "rotation_stop_on_failure"),
    ("rotate", "redis_enterprise_in_process"),
    ("audit", "audit_formats"),
    ("audit", "redis_enterprise_node_address"),
    ("contract", "redis_enterprise_node_address"),
    ("contract", "contract_writes"),
    ("contract", "contract_fail_on_difference"),
]


@pytest.mark.role
@pytest.mark.parametrize(("playbook", "variable"), OF_PLAYS)
def test_variables_of_playbooks(playbook: str, variable: str, ansible: Ansible, cluster: Cluster) -> None:
    besides = {f"redis_enterprise_{name}": value for name, value in NOWHERE.items()}
    given = {"rotation_certificates": [{"name": "proxy"}], **besides, variable: FORMS["key_pkcs8"]}
    if variable == "contract_fail_on_difference":  # which is looked at when the cluster has answered
        given.update({f"redis_enterprise_{name}": value for name, value in login(cluster).items()})
    inventory: dict[str, Any] = {"redis_enterprise": {"hosts": {"one": {}}}}
    (ansible.folder / "inventory.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    path = ansible.folder / "variables.yml"
    path.write_text(yaml.safe_dump(given), encoding="utf-8")
    arguments = ["-i", "inventory.yml", "-vvv", "-e", f"@{path}"]
    run = ansible.playbook(f"{PREFIX}.{playbook}", *arguments, environment=recorded(ansible))
    assert shown(run, ansible) == []
    assert (run.returncode == 0) is (variable == "contract_fail_on_difference")


@pytest.mark.corner
def test_what_is_wanted_of_hosts(ansible: Ansible, cluster: Cluster) -> None:
    """An audit of what differs looks at variables of the role rotation, which does not run."""
    wanted = {
        "name": {"name": "{{ key_pkcs8 }}"},
        "path": {"name": "proxy", "source": {"files": {"private_key": "{{ key_base64 }}", "certificate": "proxy.pem"}}},
        "choice": {"name": "proxy", "state": "{{ key_in_one_line }}"},
        "source": {"name": "proxy", "source": {"{{ key_pkcs1 }}": {}}},
    }
    connection = {f"redis_enterprise_{name}": value for name, value in login(cluster).items()}
    hosts = {name: {**connection, "rotation_certificates": [entry]} for name, entry in wanted.items()}
    play = {
        "hosts": "all",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": TARGET},
        "tasks": [task("Read", "fleet_certificate_info", {"hosts": list(hosts), "drift": True}, run_once=True)],
    }
    run = played(ansible, {"all": {"hosts": hosts}}, [play])
    assert shown(run, ansible) == []
    for found in run["Read"].result["clusters"]:
        assert found["drift"] is None
        assert "looks like a private key" in str(found["warnings"]) or found["name"] == "source", found


@pytest.mark.corner
def test_a_key_behind_a_certificate_and_an_invalid_option(ansible: Ansible) -> None:
    pasted = {"name": "proxy", "certificate": "{{ key_pkcs8 }}", "compare": "all"}
    several = {"certificates": [pasted], **NOWHERE}
    tasks = [
        task("one", "cluster_certificate", {**pasted, **NOWHERE}, ignore_errors=True),
        task("several", "cluster_certificates", several, ignore_errors=True),
        task("no list", "fleet_certificate_info", {"clusters": "payments"}, ignore_errors=True),
    ]
    run = ansible.tasks(tasks, "-vvv", *variables(ansible), environment=recorded(ansible)).expect()
    assert shown(run, ansible) == []
    assert "must be one of" in run["one"].result["msg"]
    assert "must be one of" in run["several"].result["msg"]
    assert [one.failure for one in run.outcomes] == [{"kind": "invalid_option"}] * len(tasks)


@pytest.mark.role
def test_variables_of_another_host_of_an_audit(ansible: Ansible) -> None:
    """One task looks at the variables of all hosts, each of which Ansible would check."""
    variable = {"redis_enterprise_node_address": "{{ key_pkcs8 }}"}
    play = {
        "hosts": "all",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": TARGET},
        "tasks": [{"ansible.builtin.import_role": {"name": f"{PREFIX}.audit"}}],
    }
    hosts = {"all": {"hosts": {"one": {}, "other": variable}}}
    run = played(ansible, hosts, [play])
    assert shown(run, ansible) == []
    assert "redis_enterprise_node_address: looks like a private key" in run.output


@pytest.mark.corner
def test_variables_of_the_environment(ansible: Ansible) -> None:
    names = ["URL", "USER", "PASSWORD", "TOKEN", "CLIENT_CERT", "CLIENT_KEY", "CA_CERT", "INSECURE"]
    for number, name in enumerate(names):
        form = list(FORMS.values())[number]
        complete = {"URL": NOWHERE["url"], "USER": "admin", "PASSWORD": "-"}
        environment = {f"REDIS_ENTERPRISE_{key}": str(value) for key, value in {**complete, name: form}.items()}
        options = {"retries": 0, **({"validate_certs": False} if name not in ("CA_CERT", "INSECURE") else {})}
        run = ansible.tasks(
            [task("Read", "cluster_certificate_info", options)],
            "-vvv",
            environment={**recorded(ansible), **environment},
        )
        assert shown(run, ansible) == [], name
        assert run["Read"].status == "failed"
