# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each source of the role rotation, through its playbook and against the real thing."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.x509.oid import NameOID
from simulator import Cluster, Fault
from simulator.authority import Authority, Material, pem_of
from simulator.keys import leaf_key, secret_lines

from .parts import Acme, Vault, acme, program, vault
from .runs import COLLECTIONS, HERE, PROGRAMS, Ansible, Run
from .test_rotation import (
    PLAYBOOK,
    SIDE_BY_SIDE,
    connection,
    failures,
    foretold,
    in_order,
    inventory,
    result_of,
    shown,
    table,
    updated,
    written,
)
from .test_secrets import assert_absent

pytestmark = pytest.mark.role

#: Where the collections are that sources need.
OTHER = HERE.parents[1] / ".venv/collections"
ENVIRONMENT = {
    "ANSIBLE_COLLECTIONS_PATH": f"{COLLECTIONS}:{OTHER}",
    # They name newer releases of ansible-core than the oldest one promised, and work with it.
    "ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH": "ignore",
}


#: More than the 64 characters that a Common Name can have; much longer names overflow the answers of the DNS server.
LONG = "payments-and-ledgers.in-a-region.of-datacenter-4.data.example.com"


@pytest.fixture
def long_named() -> Iterator[Cluster]:
    with Cluster(fqdn=LONG, nodes=1, version="8.0.20-96", database="none") as started:
        yield started


@pytest.fixture(scope="session")
def acme_ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acme]:
    with acme(tmp_path_factory.mktemp("acme")) as started:
        yield started


@pytest.fixture(scope="session")
def vault_ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    if subprocess.run([PROGRAMS / "python", "-c", "import hvac"], check=False, capture_output=True).returncode:
        pytest.skip("hvac, which needs newer requests than the oldest promised, is not installed")
    with vault(tmp_path_factory.mktemp("vault")) as started:
        yield started


#: What the certificates of a new cluster have too much.
NAMES = "names differ (with localhost, 127.0.0.1)"


class Rotation:
    """Runs of the playbook on one cluster, with the same variables each time."""

    def __init__(self, ansible: Ansible, cluster: Cluster, certificates: Sequence[Mapping[str, Any]], **more: Any):
        self.ansible, self.cluster = ansible, cluster
        self.environment = dict(ENVIRONMENT)
        self.secrets: set[str] = set()  # beside the keys that the cluster gets
        (ansible.home / "tmp").mkdir(mode=0o700)  # or Ansible warns that it makes it
        self.hosts = inventory(ansible, {"one": cluster}, rotation_certificates=list(certificates), **more)

    def run(self, *arguments: str, ok: bool = True) -> Run:
        self.cluster.clear_requests()
        run = self.ansible.playbook(
            PLAYBOOK, "-i", self.hosts, "-vvvvv", "--diff", *arguments, environment=self.environment
        ).expect(ok=ok)
        stored = {key for _pem, key in self.cluster.nodes[0].stored.values() if key}
        assert_absent(secret_lines(*map(str, stored)) | self.secrets, run, self.ansible.home)
        return run

    def changed(self, run: Run) -> bool:
        assert len(run.outcomes) > 0
        return "changed=0 " not in run.output

    def leaf(self, name: str) -> x509.Certificate:
        return self.chain(name)[0]

    def chain(self, name: str) -> list[x509.Certificate]:
        return x509.load_pem_x509_certificates(str(self.cluster.certificate(name)).encode())


def names_of(certificate: x509.Certificate) -> set[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(names.get_values_for_type(x509.DNSName))


def wanted_names(fqdn: str) -> set[str]:
    return {fqdn, f"*.{fqdn}", f"internal.{fqdn}", f"*.internal.{fqdn}"}


def assert_without_common_name(certificate: x509.Certificate) -> None:
    """Without a subject, the names have to be critical (RFC 5280, section 4.2.1.6)."""
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME) == []
    assert certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical
    assert names_of(certificate) == wanted_names(LONG)


def check_rotate_and_again(rotation: Rotation, names: Sequence[str], issued: Callable[[], int], why: str) -> None:
    """Check mode issues nothing and says what it would do; a second run issues and changes nothing."""
    before = issued()
    predicted = rotation.run("--check")
    assert rotation.cluster.writes == []
    assert issued() == before
    assert rotation.changed(predicted)
    for name in names:
        assert table(predicted)[name].endswith(f"to be issued ({why})"), table(predicted)[name]

    rotated = rotation.run()
    assert sorted(updated(rotation.cluster)) == sorted(names)
    assert issued() == before + len(names)
    assert rotation.changed(rotated)
    for name in names:
        assert table(rotated)[name].endswith(f"replaced ({why})")
        assert names_of(rotation.leaf(name)) == wanted_names(rotation.cluster.fqdn)

    again = rotation.run()
    assert rotation.cluster.writes == []
    assert issued() == before + len(names)
    in_order(again)


def test_vault_pki(ansible: Ansible, cluster: Cluster, vault_ca: Vault) -> None:
    source = {
        "vault_pki": {"role": "redis", "ttl": "2000h", "connection": {"url": vault_ca.url, "token": vault_ca.token}}
    }
    rotation = Rotation(ansible, cluster, [{"name": name, "source": source} for name in ("proxy", "cm")])
    check_rotate_and_again(rotation, ["proxy", "cm"], lambda: vault_ca.issued, f"{NAMES}, issued by another CA")
    common_names = [
        certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        for certificate in rotation.chain("proxy")
    ]
    # Of both lines of issuers that come, not the first one is installed, but the one that ends last.
    assert common_names == [cluster.fqdn, "Vault intermediate", "Vault newer"]


@pytest.mark.one_release
def test_vault_pki_without_a_common_name(ansible: Ansible, long_named: Cluster, vault_ca: Vault) -> None:
    vault_ca.request("POST", "pki/roles/nameless", allow_any_name=True, require_cn=False, key_type="rsa", key_bits=2048)
    source = {"role": "nameless", "ttl": "2000h", "connection": {"url": vault_ca.url, "token": vault_ca.token}}
    rotation = Rotation(ansible, long_named, [{"name": "proxy", "source": {"vault_pki": source}}])
    rotation.run()
    assert_without_common_name(rotation.leaf("proxy"))
    assert not rotation.changed(rotation.run())

    source["role"] = "redis"
    certificates = [{"name": "proxy", "source": {"vault_pki": source}}]
    inventory(ansible, {"one": long_named}, rotation_certificates=certificates, rotation_force=True)
    issued = vault_ca.issued
    (message,) = failures(rotation.run(ok=False))
    assert "Request the certificate proxy without a Common Name (over 64 characters, or IP): " in message
    assert 'unless "require_cn" is set to false' in message
    assert vault_ca.issued == issued


def dns_tasks(folder: Path, url: str) -> str:
    """A user's tasks for the DNS server of the tests."""
    tasks = [
        {
            "name": "Remove the record",
            "ansible.builtin.uri": {
                "url": f"{url}/clear-txt",
                "method": "POST",
                "body_format": "json",
                "body": {"host": "{{ rotation_acme_record }}."},
            },
            "when": "rotation_acme_state == 'absent'",
        },
        {
            "name": "Set the record",
            "ansible.builtin.uri": {
                "url": f"{url}/set-txt",
                "method": "POST",
                "body_format": "json",
                "body": {"host": "{{ rotation_acme_record }}.", "value": "{{ item }}"},
            },
            "loop": "{{ rotation_acme_values }}",
            "when": "rotation_acme_state == 'present'",
        },
    ]
    (folder / "dns.yml").write_text(yaml.safe_dump(tasks))
    return "dns.yml"


def acme_rotation(ansible: Ansible, cluster: Cluster, acme_ca: Acme, **more: Any) -> Rotation:
    source = {
        "directory": acme_ca.directory,
        "account_key": str(leaf_key("ec").pem),
        "terms_agreed": True,
        "dns_tasks": dns_tasks(ansible.folder, acme_ca.dns),
        "key_type": "ECC",  # what pebble issues for an RSA key lacks keyEncipherment
        "issuers": acme_ca.root_pem(),
        **more,
    }
    rotation = Rotation(ansible, cluster, [{"name": "proxy", "source": {"acme": source}}])
    rotation.environment["SSL_CERT_FILE"] = acme_ca.ca_path
    return rotation


def test_acme(ansible: Ansible, cluster: Cluster, acme_ca: Acme) -> None:
    rotation = acme_rotation(ansible, cluster, acme_ca)
    check_rotate_and_again(
        rotation, ["proxy"], lambda: acme_ca.issued, f"{NAMES}, key type is RSA, not ECC, self-signed"
    )
    assert len(rotation.chain("proxy")) == 3
    assert pem_of(rotation.chain("proxy")[2]).split() == acme_ca.root_pem().split()


@pytest.mark.one_release
def test_acme_with_another_chain(ansible: Ansible, cluster: Cluster, acme_ca: Acme) -> None:
    root = x509.load_pem_x509_certificate(acme_ca.root_pem(1).encode())
    (common_name,) = root.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    chain = {"test_certificates": "last", "issuer": {"CN": common_name.value}}
    rotation = acme_rotation(ansible, cluster, acme_ca, select_chain=[chain], issuers=acme_ca.root_pem(1))
    rotation.run()
    assert rotation.chain("proxy")[2] == root
    assert not rotation.changed(rotation.run())


@pytest.mark.one_release
def test_acme_with_a_profile_that_the_ca_does_not_offer(ansible: Ansible, cluster: Cluster, acme_ca: Acme) -> None:
    issued = acme_ca.issued
    run = acme_rotation(ansible, cluster, acme_ca, profile="redis").run(ok=False)
    assert re.search("Issue the certificate proxy: The ACME CA does not support .*profile", shown(run))
    assert acme_ca.issued == issued
    assert cluster.writes == []


@pytest.mark.one_release
def test_acme_does_not_order_again_what_was_refused(ansible: Ansible, cluster: Cluster, acme_ca: Acme) -> None:
    rotation = acme_rotation(ansible, cluster, acme_ca)

    def failed(**more: Any) -> str:
        """The kind of failure of a run that renews too soon for this CA."""
        given = json.dumps({"rotation_renew_before": 20000, **more})
        run = ansible.playbook(PLAYBOOK, "-i", rotation.hosts, "-e", given, environment=rotation.environment)
        return str(result_of(run.expect(ok=False))["failure"]["kind"])

    issued = acme_ca.issued
    assert (failed(), acme_ca.issued) == ("issued_already_due", issued + 1)
    (noted,) = (ansible.home / "ansible/redis_enterprise.certificates/refused").iterdir()
    assert noted.stat().st_mode & 0o777 == 0o600
    assert (failed(), acme_ca.issued) == ("refused_before", issued + 1)
    assert (failed(rotation_force=True), acme_ca.issued) == ("issued_already_due", issued + 2)
    # After a week, it is tried again.
    found = json.loads(noted.read_text())
    noted.write_text(json.dumps({**found, "time": found["time"] - 7 * 86400}))
    assert (failed(), acme_ca.issued) == ("issued_already_due", issued + 3)
    assert cluster.writes == []
    # What would be judged otherwise is another order.
    rotation.run()
    assert acme_ca.issued == issued + 4


@pytest.mark.one_release
def test_acme_without_a_common_name(ansible: Ansible, long_named: Cluster, acme_ca: Acme) -> None:
    rotation = acme_rotation(ansible, long_named, acme_ca)
    # Pebble makes a Common Name out of the first alternative name, which is too long for one.
    rotation.run()
    assert names_of(rotation.leaf("proxy")) == wanted_names(LONG)
    assert not rotation.changed(rotation.run())


def ownca(own: Path, **more: Any) -> dict[str, Any]:
    return {
        "ownca": {
            "ca_certificate_path": str(own / "chain.pem"),
            "ca_private_key_path": str(own / "ca.key"),
            "ca_private_key_passphrase": "open sesame",
            **more,
        }
    }


def test_ownca(ansible: Ansible, cluster: Cluster, own: Path) -> None:
    """All that the CA has is in one file, as with many CAs of one's own."""
    one = ansible.folder / "ca.pem"
    one.write_text((own / "ca.key").read_text() + (own / "chain.pem").read_text())
    source = ownca(own, ca_certificate_path=str(one), ca_private_key_path=str(one))
    rotation = Rotation(ansible, cluster, [{"name": name, "source": source} for name in ("proxy", "syncer")])
    rotation.secrets = secret_lines((own / "ca.key").read_text())
    serials: set[int] = set()

    def issued() -> int:
        serials.update(rotation.leaf(name).serial_number for name in ("proxy", "syncer"))
        return len(serials)

    check_rotate_and_again(rotation, ["proxy", "syncer"], issued, f"{NAMES}, issued by another CA")
    assert rotation.leaf("proxy").public_key() != rotation.leaf("syncer").public_key()
    assert [c.subject.rfc4514_string() for c in rotation.chain("proxy")[1:]] == ["CN=Own CA", "CN=Own root"]


@pytest.mark.one_release
def test_ownca_without_a_common_name(ansible: Ansible, long_named: Cluster, own: Path) -> None:
    rotation = Rotation(ansible, long_named, [{"name": "proxy", "source": ownca(own)}])
    rotation.run()
    assert_without_common_name(rotation.leaf("proxy"))
    assert not rotation.changed(rotation.run())


@pytest.mark.corner
def test_a_masked_certificate_is_named_as_such(ansible: Ansible, cluster: Cluster, own: Path, tmp_path: Path) -> None:
    """A module that issues masks its secrets in what it returns, certificates included."""
    key, weak = tmp_path / "weak.key", "BEGIN"
    command = [program("openssl"), "pkey", "-in", str(own / "ca.key"), "-passin", "pass:open sesame", "-aes256"]
    subprocess.run([*command, "-passout", f"pass:{weak}", "-out", str(key)], check=True, capture_output=True)
    source = ownca(own, ca_private_key_path=str(key), ca_private_key_passphrase=weak)
    rotation = Rotation(ansible, cluster, [{"name": "proxy", "source": source}])
    (message,) = failures(rotation.run(ok=False))
    assert "proxy: source ownca: a password, token or passphrase of the source occurs in what was issued" in message
    assert cluster.writes == []


@pytest.mark.corner
def test_ownca_given_as_text(ansible: Ansible, cluster: Cluster, own: Path) -> None:
    key = (own / "ca.key").read_text()
    source = {
        "ca_certificate": (own / "chain.pem").read_text() + key,
        "ca_private_key": key,
        "ca_private_key_passphrase": "open sesame",
    }
    rotation = Rotation(ansible, cluster, [{"name": "proxy", "source": {"ownca": source}}])
    rotation.secrets = secret_lines(key)
    rotation.run()
    assert [c.subject.rfc4514_string() for c in rotation.chain("proxy")[1:]] == ["CN=Own CA", "CN=Own root"]
    assert not rotation.changed(rotation.run())


def plain_tasks(folder: Path, name: str, tasks: Sequence[Mapping[str, Any]]) -> str:
    (folder / name).write_text(yaml.safe_dump(list(tasks)))
    return name


def handing_over(folder: Path, name: str, material: Material) -> str:
    """A user's tasks that set the material, and note in a file that they ran, and for what."""
    (folder / "issued.pem").write_text(material.certificate_pem)
    (folder / "issued.key").write_text(str(material.key_pem))
    line = (
        "{{ rotation_name }} {{ rotation_common_name }} {{ rotation_names | join(' ') }} "
        "{{ rotation_reasons | join(', ') }}"
    )
    issued = {
        "certificate": f"{{{{ lookup('file', '{folder}/issued.pem') }}}}",
        "private_key": f"{{{{ lookup('file', '{folder}/issued.key') }}}}",
    }
    note = {"path": str(folder / "ran"), "line": line, "create": True, "mode": "0600"}
    return plain_tasks(
        folder,
        name,
        [
            {"ansible.builtin.lineinfile": note, "check_mode": False, "diff": False},
            {"ansible.builtin.set_fact": {"rotation_issued": issued}, "no_log": True},
        ],
    )


def ran(folder: Path) -> list[str]:
    return (folder / "ran").read_text().splitlines() if (folder / "ran").exists() else []


def test_tasks_that_issue(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    material = authority.issue(sans=sorted(wanted_names(cluster.fqdn)))
    source = {"tasks": {"file": handing_over(ansible.folder, "issue.yml", material), "issuer": "Integration test CA"}}
    rotation = Rotation(ansible, cluster, [{"name": "proxy", "source": source}])
    why = f"{NAMES}, issuer is O=Simulated,CN=cluster.example.com"
    check_rotate_and_again(rotation, ["proxy"], lambda: len(ran(ansible.folder)), why)
    assert cluster.certificate("proxy") == material.certificate_pem
    names = " ".join(["cluster.example.com", "*.cluster.example.com"])
    assert ran(ansible.folder)[0].startswith(f"proxy cluster.example.com {names} ")
    assert ran(ansible.folder)[0].endswith(f" {why}")


#: Five certificates that need clientAuth.
FIVE = ("cm", "ldap_client", "metrics_exporter", "proxy", "syncer")


def test_what_is_refused_ends_the_issuing(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    material = authority.issue(sans=sorted(wanted_names(cluster.fqdn)), eku=["serverAuth"])
    source = {"file": handing_over(ansible.folder, "issue.yml", material), "issuer": "Integration test CA"}
    certificates = [{"name": name, "source": {"tasks": source}} for name in FIVE]
    kept = ansible.folder / "kept"
    rotation = Rotation(ansible, cluster, certificates, rotation_keep_material="kept")
    refused = rotation.run(ok=False)
    assert [line.split()[0] for line in ran(ansible.folder)] == ["cm"]
    assert cluster.writes == []
    assert {path.name for path in kept.iterdir()} == {"cm.pem", "cm.key"}
    (message,) = failures(refused)
    assert "an extended key usage without clientAuth" in message
    result = result_of(refused)
    assert result["outcome"] == "failed_unchanged"
    assert ("cm", "eku_missing") in {(finding["certificate"], finding["id"]) for finding in result["findings"]}
    assert result["failure"]["task"] == "Check, keep and collect what was issued for cm"
    assert result["failure"]["msg"].endswith(
        "Public CAs no longer issue clientAuth: in rotation_certificates, use the source acme with a private CA, ownca "
        "or vault_pki, or set rotation_requirements=warn."
    )
    assert [one["name"] for one in result["certificates"] if one["outcome"] == "failed_unchanged"] == list(FIVE)

    warned = rotation.ansible.playbook(
        PLAYBOOK, "-i", rotation.hosts, "-e", "rotation_requirements=warn", environment=rotation.environment
    ).expect(ok=False, warnings=True)
    assert [line.split()[0] for line in ran(ansible.folder)] == list(FIVE)
    assert [request.status for request in cluster.writes] == [400]
    assert len([warning for warning in warned.warnings if "eku_missing" in warning and " proxy: " in warning]) == 1


@pytest.mark.one_release
def test_a_ca_without_client_auth(ansible: Ansible, cluster: Cluster, vault_ca: Vault) -> None:
    vault_ca.request("POST", "pki/roles/servers", allow_any_name=True, client_flag=False, key_type="rsa", key_bits=2048)
    source = {"role": "servers", "ttl": "2000h", "connection": {"url": vault_ca.url, "token": vault_ca.token}}
    rotation = Rotation(ansible, cluster, [{"name": name, "source": {"vault_pki": source}} for name in FIVE])
    issued = vault_ca.issued
    assert "Public CAs no longer issue clientAuth: " in shown(rotation.run(ok=False))
    assert vault_ca.issued == issued + 1
    assert cluster.writes == []


def test_tasks_that_fetch_run_every_time(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    material = authority.issue(sans=[*wanted_names(cluster.fqdn), "more.example.com"])
    source = {"tasks": {"file": handing_over(ansible.folder, "fetch.yml", material), "issues": False}}
    rotation = Rotation(ansible, cluster, [{"name": "proxy", "source": source}])
    predicted = rotation.run("--check")
    assert cluster.writes == []
    rotated = rotation.run()
    assert foretold(predicted) == table(rotated)
    assert cluster.certificate("proxy") == material.certificate_pem
    rotation.run()
    assert cluster.writes == []


def test_pkcs12_made_by_openssl(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    material = authority.issue(intermediates=2, root=True)
    (ansible.folder / "leaf.pem").write_text(material.leaf_pem)
    (ansible.folder / "leaf.key").write_text(str(material.key_pem))
    (ansible.folder / "others.pem").write_text("".join(map(pem_of, reversed(material.chain[1:]))))
    export = ["-export", "-in", "leaf.pem", "-inkey", "leaf.key", "-certfile", "others.pem", "-out", "proxy.p12"]
    command = [program("openssl"), "pkcs12", *export, "-passout", "pass:open sesame"]
    subprocess.run(command, check=True, cwd=ansible.folder)
    files = {"pkcs12": "proxy.p12", "passphrase": "open sesame"}
    rotation = Rotation(ansible, cluster, [{"name": "proxy", "source": {"files": files}}])
    predicted = rotation.run("--check")
    assert cluster.writes == []
    rotated = rotation.run()
    assert foretold(predicted) == table(rotated)
    assert cluster.certificate("proxy") == material.certificate_pem
    assert "open sesame" not in predicted.output + rotated.output
    rotation.run()
    assert cluster.writes == []


def test_content_from_ansible_vault(ansible: Ansible, cluster: Cluster, authority: Authority) -> None:
    material = authority.issue(passphrase="open sesame")
    (ansible.folder / "password").write_text("of the vault")

    def encrypted(value: str) -> str:
        command = [str(PROGRAMS / "ansible-vault"), "encrypt_string", "--vault-password-file", "password"]
        return subprocess.run(
            command,
            check=True,
            cwd=ansible.folder,
            env=ansible.environment({}),
            input=value,
            capture_output=True,
            text=True,
        ).stdout.strip()

    content = {"certificate": material.certificate_pem}
    secrets = {"private_key": str(material.key_pem), "private_key_passphrase": "open sesame"}
    lines = [f"vaulted_{name}: {encrypted(value)}\n" for name, value in secrets.items()]
    (ansible.folder / "vaulted.yml").write_text("".join(lines))
    content |= {name: f"{{{{ vaulted_{name} }}}}" for name in secrets}
    rotation = Rotation(ansible, cluster, [{"name": "proxy", "source": {"content": content}}])
    arguments = ["--vault-password-file", "password", "-e", "@vaulted.yml"]
    rotated = rotation.run(*arguments)
    assert cluster.certificate("proxy") == material.certificate_pem
    assert "open sesame" not in rotated.output
    again = rotation.run(*arguments)
    assert cluster.writes == []
    assert not rotation.changed(again)


@pytest.mark.one_release
def test_what_makes_a_certificate_due(ansible: Ansible, cluster: Cluster, own: Path) -> None:
    """Each case is a host: the same cluster, with variables of its own."""
    rotation = Rotation(ansible, cluster, [{"name": "proxy", "source": ownca(own, days=100)}])
    rotation.run()
    issued = rotation.leaf("proxy")
    assert issued.not_valid_after_utc - datetime.now(timezone.utc) < timedelta(days=100)
    cases: dict[str, dict[str, Any]] = {
        "nothing": {},
        "names added": {"extra_names": ["IP:192.0.2.1"]},
        "names left out": {"names": ["cluster.example.com"]},
        "key size": {"key_size": 3072},
        "key type": {"key_type": "ECC"},
        # The root is not the issuer, though it is in the chain.
        "issuer": {"ca_certificate_path": str(own / "root.pem"), "ca_private_key_path": str(own / "root.key")},
        "expiry": {"rotation_renew_before": 100},
        "expiry in hours": {"rotation_renew_before": "2400h"},
        "no expiry in hours": {"rotation_renew_before": "2399h"},
        "force": {"rotation_force": True},
    }

    def variables(given: Mapping[str, Any]) -> dict[str, Any]:
        of_role = {name: value for name, value in given.items() if name.startswith("rotation_")}
        source = ownca(own, **{"days": 100, **{name: given[name] for name in given.keys() - of_role.keys()}})
        return {**connection(cluster), "rotation_certificates": [{"name": "proxy", "source": source}], **of_role}

    written(ansible, {case: variables(given) for case, given in cases.items()})
    run = rotation.run("--check", *SIDE_BY_SIDE)
    planned = {one["name"]: one["certificates"] for one in run["Read all clusters, and plan"].result["clusters"]}
    why = {case: "".join(f"({one['reason']})" for one in planned[case]) for case in cases}
    for case, reason in why.items():
        if reason:
            assert table(run, case)["proxy"].endswith(f"to be issued {reason}")
    assert why.pop("names left out").startswith("(names differ (with *.cluster.example.com, ")
    assert why == {
        "nothing": "",
        "names added": "(names differ (without 192.0.2.1))",
        "key size": "(key size is 2048, not 3072)",
        "key type": "(key type is RSA, not ECC)",
        "issuer": "(issued by another CA)",
        "expiry": "(expires in 99 days)",
        "expiry in hours": "(expires in 99 days)",
        "no expiry in hours": "",
        "force": "(rotation_force is set)",
    }

    inventory(ansible, {"one": cluster}, rotation_certificates=[{"name": "proxy", "source": ownca(own, key_size=3072)}])
    rotation.run()
    assert rotation.leaf("proxy").public_key().key_size == 3072  # type: ignore[union-attr]
    assert not rotation.changed(rotation.run("--check"))


def test_what_a_source_does_not_give_is_said_before_the_write(ansible: Ansible, cluster: Cluster, own: Path) -> None:
    """Each case is a host: the same cluster, with a source of its own."""
    file = plain_tasks(ansible.folder, "forgetful.yml", [{"ansible.builtin.debug": {"msg": "nothing"}}])
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "forgetful": ({"tasks": {"file": file}}, "proxy: source tasks: forgetful.yml did not set rotation_issued"),
        "due again at once": (
            ownca(own, days=20),
            "proxy: source ownca: what was issued would be due again at the next run: expires in 19 days",
        ),
        "another passphrase": (ownca(own, ca_private_key_passphrase="open barley"), "Issue the certificate proxy: "),
        "broken issuers": (ownca(own, issuers="none"), "proxy: source ownca: option issuers: no PEM block CERTIFICATE"),
        "no such CA": (ownca(own, ca_certificate_path="nowhere.pem"), "proxy: source ownca: no such file: "),
    }
    rotation = Rotation(ansible, cluster, [])
    written(
        ansible,
        {
            case: {**connection(cluster), "rotation_certificates": [{"name": "proxy", "source": source}]}
            for case, (source, _words) in cases.items()
        },
    )
    run = rotation.run(*SIDE_BY_SIDE, ok=False)
    for case, (_source, words) in cases.items():
        assert any(words in message for message in failures(run, case)), (case, failures(run, case))
    assert any("nowhere.pem. Check the path." in one for one in failures(run, "no such CA"))
    assert "open barley" not in run.output
    assert cluster.writes == []


def test_kept_material_is_what_is_installed(ansible: Ansible, cluster: Cluster, own: Path) -> None:
    certificates = [{"name": "proxy", "source": ownca(own)}]
    rotation = Rotation(ansible, cluster, certificates, rotation_keep_material="kept")
    kept = ansible.folder / "kept"
    rotation.run("--check")
    assert not kept.exists()
    cluster.add_fault(Fault(method="PUT", status=400))
    rotation.run(ok=False)
    assert {path.name: path.stat().st_mode & 0o777 for path in kept.iterdir()} == {
        "proxy.pem": 0o644,
        "proxy.key": 0o600,
    }
    assert kept.stat().st_mode & 0o777 == 0o700
    key = (kept / "proxy.key").read_text()
    assert key.splitlines()[1] not in rotation.run("-vvv", ok=False).output

    # What could not be written is not issued again: it is there.
    cluster.clear_faults()
    files = [{"name": "proxy", "source": {"files": {"directory": "kept"}}}]
    inventory(ansible, {"one": cluster}, rotation_certificates=files)
    rotation.run()
    assert rotation.chain("proxy") == x509.load_pem_x509_certificates((kept / "proxy.pem").read_bytes())


def test_tasks_before_and_after(ansible: Ansible, cluster: Cluster, own: Path) -> None:
    note = {"path": str(ansible.folder / "notes"), "create": True, "mode": "0600"}
    for when, line in (
        ("before", "before {{ inventory_hostname }}"),
        ("after", "after {{ rotation_result.outcome }} {{ (rotation_result.failure or {}).task | default('') }}"),
    ):
        tasks = [{"ansible.builtin.lineinfile": {**note, "line": line}, "check_mode": False, "diff": False}]
        plain_tasks(ansible.folder, f"{when}.yml", tasks)
    (ansible.folder / "report.yml").write_text((ansible.folder / "after.yml").read_text())
    hooks = {"rotation_run_before": "before.yml", "rotation_run_after": "after.yml"}
    rotation = Rotation(ansible, cluster, [{"name": "proxy", "source": ownca(own)}], **hooks)

    def notes() -> list[str]:
        path = ansible.folder / "notes"
        lines = [line.strip() for line in path.read_text().splitlines()]
        path.unlink()
        return lines

    rotation.run("--check")
    assert notes() == ["before one", "after changed"]
    cluster.add_fault(Fault(method="PUT", status=400))
    rotation.run(ok=False)
    assert notes() == ["before one", "after failed_unchanged Replace all certificates at once"]
    cluster.clear_faults()
    rotation.run()
    assert notes() == ["before one", "after changed"]
    in_order(rotation.run())
    assert not (ansible.folder / "notes").exists()  # The cluster is not gone through.


def test_a_missing_collection_is_named(ansible: Ansible, cluster: Cluster) -> None:
    sources: dict[str, tuple[str, dict[str, Any]]] = {
        "ownca": ("community.crypto", {"ca_certificate": "x", "ca_private_key": "x"}),
        "acme": (
            "community.crypto",
            {"directory": "https://ca.example.com", "account_key": "x", "dns_tasks": "dns.yml"},
        ),
        "vault_pki": ("community.hashi_vault", {"role": "redis"}),
    }
    rotation = Rotation(ansible, cluster, [])
    rotation.environment["ANSIBLE_COLLECTIONS_PATH"] = COLLECTIONS
    written(
        ansible,
        {
            kind: {**connection(cluster), "rotation_certificates": [{"name": "proxy", "source": {kind: options}}]}
            for kind, (_collection, options) in sources.items()
        },
    )
    run = rotation.run(*SIDE_BY_SIDE, ok=False)
    for kind, (collection, _options) in sources.items():
        message = (
            f"proxy: source {kind} needs the collection {collection}, which is not installed. "
            f"Run ansible-galaxy collection install {collection}."
        )
        assert any(message in one for one in failures(run, kind)), kind
