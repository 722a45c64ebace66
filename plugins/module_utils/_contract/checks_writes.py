# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to this collection: may change in any release.

"""What a write is answered by, and what shows after it. For a cluster that may fail, and only when asked for twice.

The one certificate that is written is V(metrics_exporter), which no database and no user depends on. It is written with
the pair that the API shows; whatever else was taken is restored at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, TypeVar

from .._api.client import CERTIFICATES, UPDATE_CERT, Api, Update
from .._errors import CertificateError
from .._product.releases import BULK_UPDATE, is_before
from .._secrets import Secret
from .._transport.retry import Retries, poll_until, write_may_be_repeated
from .._x509.certificate import issued_by, sha256_fingerprints, to_pem
from . import checks_metrics, checks_ports
from .answer import Answer
from .check import NOTHING, PERMISSION, UNCLEAR, NotChecked, Verdict, check, verdict
from .questions import Questions, chain_of
from .shapes import dicts, kind_of
from .vocabulary import Fact, Status

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
except ImportError:  # reported by _libraries
    pass

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes, PrivateKeyTypes

_NAME = "metrics_exporter"
_UPDATES = "vendor, REST API, update cluster certificates"
_CHAINS = "vendor, certificates; RS185428"
_ROOT_CHECKED = "8.0.16-29"
#: Statuses by which a server says for certain that it has changed nothing.
_REFUSALS = frozenset({400, 401, 403, 404, 405, 406, 501})
_NO_SUCH_PATH = (404, 405, 501)
#: Seconds within which the API has to report what was restored.
_PATIENCE = 30


class Trial:
    """Writes of one certificate, which end with the pair that was there before.

    Attributes:
        before: the pair that was there before.
    """

    def __init__(self, asked: Questions) -> None:
        """Read what there is.

        Raises:
            NotChecked: the pair is missing, or this user may not see its key.
        """
        asked.forget()
        self._asked = asked
        pem = asked.pem(_NAME)
        if pem is None or not chain_of(pem):
            raise NotChecked(UNCLEAR)
        key = asked.read(CERTIFICATES).object.get(f"{_NAME}_key")
        if not key or not isinstance(key, str):
            raise NotChecked(PERMISSION)
        self.before = Update(_NAME, pem, Secret(key))
        self.doubtful = False
        self._sent = [self.before]

    def put(self, certificate: str, key: Secret | None, *, bulk: bool | None = None) -> Answer:
        """Write a certificate and a key.

        Args:
            bulk: by which path; None for that of the version.

        Raises:
            NotChecked: no response, or the user may not write.
        """
        update = Update(_NAME, certificate, key)
        self._sent.append(update)
        if bulk is None:
            bulk = not is_before(self._asked.version, BULK_UPDATE)
        path = CERTIFICATES if bulk else UPDATE_CERT
        same = update.certificate == self.before.certificate and key is self.before.private_key
        self.doubtful = self.doubtful or not same
        answer = self._asked.send("PUT", path, {"certificates": [update.body()]} if bulk else update.body())
        if answer.status in _REFUSALS and not same:
            self.doubtful = False
        answer.assert_permitted()
        return answer

    def same(self, *, bulk: bool | None = None) -> Answer:
        """Write what there is; parameters and errors as in M(put)."""
        return self.put(self.before.certificate, self.before.private_key, bulk=bulk)

    def without_root(self) -> Answer:
        """Write what there is without its root.

        Raises:
            NotChecked: it has none; or see M(put).
        """
        chain = chain_of(self.before.certificate)
        if len(chain) < 2 or not issued_by(chain[-1], chain[-1]):
            raise NotChecked(NOTHING)
        return self.put(to_pem(chain[:-1]), self.before.private_key)

    def read_pair(self) -> tuple[Sequence[str], str | None]:
        """Return what the API reports now: fingerprints, and the key, which is only compared."""
        answer = self._asked.read_again(CERTIFICATES).object
        return _pair(answer.get(f"{_NAME}_cert"), answer.get(f"{_NAME}_key"))

    @property
    def unchanged(self) -> bool:
        """Return whether the API reports the pair that was there before."""
        return self.read_pair() == _pair_of(self.before)

    def finish(self) -> None:
        """Restore the previous pair, unless the API is certain to report it, or another client has written since."""
        asked = self._asked
        concurrent = False
        try:
            now = self.read_pair()
            restored = not self.doubtful and now == _pair_of(self.before)
            concurrent = now[0] not in [_pair_of(update)[0] for update in self._sent]
        except NotChecked:
            restored = False
        if not restored and not concurrent:
            connection = asked.session.connection
            api = Api(asked.session)
            retries = Retries(connection.retries, connection.retry_delay, connection.retry_max_delay)
            bulk = not is_before(asked.version, BULK_UPDATE)
            try:
                retries.run(lambda: api.update([self.before], bulk=bulk), write_may_be_repeated)
                restored = self._reads_back()
            except CertificateError:
                restored = False
        asked.restored = restored and asked.restored is not False

    def _reads_back(self) -> bool:
        """Return whether the API reports the pair that was there before, within a while."""
        for _moment in poll_until(time.monotonic() + _PATIENCE):
            try:
                if self.unchanged:
                    return True
            except NotChecked:
                pass  # asked again
        return False


def _pair_of(update: Update) -> tuple[Sequence[str], str | None]:
    return _pair(update.certificate, update.private_key.reveal() if update.private_key else None)


def _pair(certificate: Any, key: Any) -> tuple[Sequence[str], str | None]:
    chain = chain_of(certificate if isinstance(certificate, str) else None)
    return sha256_fingerprints(chain), key.strip() if isinstance(key, str) else None


_Found = TypeVar("_Found")


def _then(asked: Questions, look: Callable[[], _Found], finish: Callable[[], None]) -> _Found:
    """Run the check, then restore, even after an interrupt, and only then raise."""
    problem: BaseException | None = None
    try:
        found = look()
    except BaseException as error:
        problem = error
    # Not in a handler, where the causes of a request that fails would include the problem.
    try:
        finish()
    except BaseException:
        asked.restored = False
        raise
    if problem is not None:
        raise problem
    return found


def _tried(asked: Questions, look: Callable[[Trial], Verdict]) -> Verdict:
    """Make writes that end with what there was."""
    trial = Trial(asked)
    return _then(asked, lambda: look(trial), trial.finish)


def _status(answer: Answer) -> Fact:
    return Fact("status", Status(answer.status))


@check(
    "The same certificate may be written again: 200, and the body is empty or an empty object", _UPDATES, writes=True
)
def same_write_is_accepted(asked: Questions) -> Verdict:
    """Write what there is."""

    def look(trial: Trial) -> Verdict:
        answer = trial.same()
        fits = answer.status == 200 and (answer.kind == "empty" or answer.value == {})
        fields = len(answer.value) if isinstance(answer.value, dict) else 0
        return verdict(fits, _status(answer), Fact("type", answer.kind), Fact("fields", fields))

    return _tried(asked, look)


@check("What was written is what the API reports", _UPDATES, writes=True)
def same_write_reads_back(asked: Questions) -> Verdict:
    """Read after writing what there is."""

    def look(trial: Trial) -> Verdict:
        if trial.same().status != 200:
            raise NotChecked(UNCLEAR)
        same = trial.unchanged
        return verdict(same, Fact("same as before", same))

    return _tried(asked, look)


@check("PUT /v1/cluster/certificates is not there before 7.22.2", _UPDATES, until=BULK_UPDATE, writes=True)
def no_bulk_write(asked: Questions) -> Verdict:
    """Write what there is by that path."""

    def look(trial: Trial) -> Verdict:
        answer = trial.same(bulk=True)
        return verdict(answer.status in _NO_SUCH_PATH, _status(answer))

    return _tried(asked, look)


@check("PUT /v1/cluster/update_cert still writes, although deprecated", _UPDATES, since=BULK_UPDATE, writes=True)
def deprecated_write_is_accepted(asked: Questions) -> Verdict:
    """Write what there is by that path."""

    def look(trial: Trial) -> Verdict:
        answer = trial.same(bulk=False)
        return verdict(answer.status == 200, _status(answer))

    return _tried(asked, look)


@check("A chain without its root is either taken as it is, or refused by 400 and changes nothing", _CHAINS, writes=True)
def root_left_out(asked: Questions) -> Verdict:
    """Leave the root out where there is one. Pages of the vendor disagree; what is seen shows which one is right."""

    def look(trial: Trial) -> Verdict:
        answer = trial.without_root()
        refused = answer.status in (400, 404)
        chain = chain_of(trial.before.certificate)
        wanted = chain if refused else chain[:-1]
        kept = list(trial.read_pair()[0]) == sha256_fingerprints(wanted)
        return verdict((refused or answer.status == 200) and kept, _status(answer), Fact("read back", kept))

    return _tried(asked, look)


@check("The refusal of a chain without its root has a description", _CHAINS, since=_ROOT_CHECKED, writes=True)
def root_refusal_is_described(asked: Questions) -> Verdict:
    """Leave the root out where there is one, and look at the refusal if it comes."""

    def look(trial: Trial) -> Verdict:
        answer = trial.without_root()
        if answer.status != 400:
            raise NotChecked(NOTHING)
        fields = answer.value if isinstance(answer.value, dict) else {}
        return verdict(bool(fields.get("description")), Fact("description", kind_of("description", fields)))

    return _tried(asked, look)


@check(
    "A key that does not belong to the certificate is refused by 400, or 404 before 8.0, and changes nothing",
    _UPDATES,
    writes=True,
)
def wrong_key_is_refused(asked: Questions) -> Verdict:
    """Write the certificate with a key that is made for that."""

    def look(trial: Trial) -> Verdict:
        leaf = chain_of(trial.before.certificate)[0]
        answer = trial.put(trial.before.certificate, Secret(_pem_of(_another_key(leaf.public_key()))))
        fits = answer.status == 400 or (answer.status == 404 and is_before(asked.version, "8.0"))
        kept = trial.unchanged
        return verdict(fits and kept, _status(answer), Fact("same as before", kept))

    return _tried(asked, look)


def _another_key(public_key: CertificatePublicKeyTypes) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    """Make a new key of the same type; RSA where that is unknown."""
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return ec.generate_private_key(public_key.curve)
    return rsa.generate_private_key(65537, 2048)


def _pem_of(key: PrivateKeyTypes) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


@check(
    "After a write the metrics port of every node presents what the API reports",
    "vendor, certificates table",
    writes=True,
)
def ports_after_write(asked: Questions) -> Verdict:
    """Write what there is, and look at the ports."""

    def look(trial: Trial) -> Verdict:
        if trial.same().status != 200:
            raise NotChecked(UNCLEAR)
        asked.forget()
        return checks_ports.metrics_ports.test(asked)

    return _tried(asked, look)


@check(
    "After a write the metrics of every node show the end of what the API reports",
    "vendor, Prometheus metrics v2",
    writes=True,
)
def metrics_after_write(asked: Questions) -> Verdict:
    """Write what there is, and ask for the metrics."""

    def look(trial: Trial) -> Verdict:
        if trial.same().status != 200:
            raise NotChecked(UNCLEAR)
        asked.forget()
        return checks_metrics.metrics_tell_ends.test(asked)

    return _tried(asked, look)


@check("PUT /v1/cluster?dry_run answers 200", "vendor, REST API, cluster", writes=True)
def dry_run_of_settings(asked: Questions) -> Verdict:
    """Send a setting as it is, so that nothing can change."""
    asked.forget()
    setting = asked.read("/v1/cluster").object.get("handle_redirects")
    if not isinstance(setting, bool):
        raise NotChecked(UNCLEAR)
    answer = asked.send("PUT", "/v1/cluster?dry_run=true", {"handle_redirects": setting})
    answer.assert_permitted()
    after = asked.read_again("/v1/cluster").object.get("handle_redirects")
    return verdict(answer.status == 200 and after is setting, _status(answer), Fact("same as before", after is setting))


@check(
    "PUT /v1/bdbs/UID?dry_run answers 200, and leaves the database active",
    "vendor, REST API, BDB requests",
    writes=True,
)
def dry_run_of_database(asked: Questions) -> Verdict:
    """Send the client certificates of a database as they are, so that nothing can change."""
    asked.forget()
    found = [
        bdb for bdb in asked.read("/v1/bdbs").objects if _is_number(bdb.get("uid")) and bdb.get("status") == "active"
    ]
    listed = [bdb for bdb in found if isinstance(bdb.get("authentication_ssl_client_certs"), list)]
    if not listed:
        raise NotChecked(NOTHING)
    field, path = "authentication_ssl_client_certs", f"/v1/bdbs/{listed[0]['uid']}"
    answer = asked.send("PUT", f"{path}?dry_run=true", {field: listed[0][field]})
    answer.assert_permitted()
    after = asked.read(path).object
    active = after.get("status") == "active" and after.get(field) == listed[0][field]
    return verdict(answer.status == 200 and active, _status(answer), Fact("same as before", active))


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@check(
    "POST /v1/bdbs/UID/certificates?dry_run answers 200, and changes nothing",
    "vendor, OpenAPI description, database certificates",
    writes=True,
)
def dry_run_of_own_certificate(asked: Questions) -> Verdict:
    """Try a new pair on a database without its own; if the cluster accepts it, remove it at once."""
    asked.forget()
    listed = asked.read("/v1/bdbs/certificates").objects
    known = {str(one.get("bdb_uid")) for one in listed} | set(asked.own_certificates())
    free = [bdb for bdb in asked.read("/v1/bdbs").objects if _usable(bdb, known)]
    if not free:
        raise NotChecked(NOTHING)
    path = f"/v1/bdbs/{free[0]['uid']}/certificates"
    if asked.read(path).status != 404:
        raise NotChecked(UNCLEAR)
    body = _pair_for(str(dicts(free[0]["endpoints"])[0].get("dns_name")))
    asked.restored = asked.restored is not False
    changed: list[bool] = []
    answer = _then(
        asked,
        lambda: asked.send("POST", f"{path}?dry_run=true", body),
        lambda: changed.append(_remove(asked, path, body["cert"])),
    )
    answer.assert_permitted()
    return verdict(answer.status == 200 and not any(changed), _status(answer), Fact("same as before", not any(changed)))


def _usable(bdb: Mapping[str, Any], known: set[str]) -> bool:
    plain = _is_number(bdb.get("uid")) and str(bdb["uid"]) not in known
    names = [one.get("dns_name") for one in dicts(bdb.get("endpoints"))]
    return plain and bdb.get("tls_mode") == "enabled" and bool(names) and isinstance(names[0], str)


def _remove(asked: Questions, path: str, certificate: str) -> bool:
    """Remove a certificate from a database that had none before, if it has this one; return whether it had."""
    try:
        now = asked.read_again(path)
        if now.status == 404:
            return False
        if _pair(now.object.get("cert"), None) == _pair(certificate, None):
            asked.send("DELETE", path, None)
        gone = asked.read_again(path).status == 404
    except NotChecked:
        gone = False
    asked.restored = gone and asked.restored is not False
    return True


def _pair_for(name: str) -> dict[str, str]:
    """Make a self-signed certificate of one day and its key, as the body of a request."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    now = datetime.now(timezone.utc)
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    try:
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        certificate = (
            x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(names, critical=False)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .sign(key, hashes.SHA256())
        )
    except ValueError:  # the API's endpoint is not a host name
        raise NotChecked(UNCLEAR) from None
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
    return {"cert": pem, "private_key": _pem_of(key)}


CHECKS = (
    same_write_is_accepted,
    same_write_reads_back,
    no_bulk_write,
    deprecated_write_is_accepted,
    root_left_out,
    root_refusal_is_described,
    wrong_key_is_refused,
    ports_after_write,
    metrics_after_write,
    dry_run_of_settings,
    dry_run_of_database,
    dry_run_of_own_certificate,
)
