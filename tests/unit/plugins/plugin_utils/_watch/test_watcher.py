# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source as ansible-rulebook calls it, on simulated clusters."""

from __future__ import annotations

import asyncio
import runpy
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import ansible_collections.redis_enterprise.certificates as collection
import pytest
import yaml
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._argspec import CONNECTION_SPEC, MEMBER_SPEC
from ansible_collections.redis_enterprise.certificates.plugins.module_utils._errors import CertificateError
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._audit import policy
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._watch import watcher
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._watch.settings import SPEC, Settings
from ansible_collections.redis_enterprise.certificates.plugins.plugin_utils._watch.watcher import wait, watch
from simulator import Authority, Cluster, Fault
from simulator.dripping import ANSWERS, HANDSHAKE, DrippingServer
from simulator.state import pair

PLUGIN = Path(next(iter(collection.__path__))) / "extensions/eda/plugins/event_source/certificates.py"

#: How long a read may take, in seconds. Reached only when it never comes.
PATIENCE = 60

Event = dict[str, Any]
Next = Callable[[], Awaitable[Event]]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nearly no time between two reads."""
    monkeypatch.setattr(watcher, "wait", lambda settings, failures, chance: 0.1)


def member(cluster: Cluster, **more: Any) -> dict[str, Any]:
    login = {"url": cluster.url, "username": cluster.username, "password": cluster.password}
    return {"name": "payments", "ca_path": cluster.ca_path, "metrics_port": cluster.metrics_port, **login, **more}


def args(tmp_path: Path, *clusters: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"clusters": list(clusters), "state_path": str(tmp_path / "state.json"), "interval": 1, **more}


def reads(cluster: Cluster) -> int:
    return sum(request.path == "/v1/cluster/certificates" for request in cluster.requests)


async def silence(queue: asyncio.Queue[Event], cluster: Cluster, times: int = 2) -> None:
    """Wait for so many reads, and see that nothing comes of them."""
    before = reads(cluster)
    async with asyncio.timeout(PATIENCE):
        while reads(cluster) <= before + times:  # what the last one finds is known when the next one begins
            await asyncio.sleep(0.05)
    assert queue.empty(), queue.get_nowait()


def watching(given: dict[str, Any], story: Callable[[asyncio.Queue[Event], Next], Awaitable[None]]) -> None:
    """Run a source beside a story that gets its events."""

    async def both() -> None:
        queue: asyncio.Queue[Event] = asyncio.Queue(1)
        source = asyncio.create_task(watch(queue, given))

        async def event() -> Event:
            getting = asyncio.create_task(queue.get())
            await asyncio.wait({getting, source}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
            if source.done():
                source.result()
            assert getting.done()
            return getting.result()

        try:
            await story(queue, event)
        finally:
            source.cancel()

    asyncio.run(both())


@pytest.mark.usefixtures("quick")
def test_from_near_expiry_to_silence(tmp_path: Path, authority: Authority, caplog: pytest.LogCaptureFixture) -> None:
    with Cluster(nodes=2, database="none", expires={"proxy": 5}) as cluster:

        async def first(queue: asyncio.Queue[Event], event: Next) -> None:
            found = await event()
            assert (found["kind"], found["certificate"], found["threshold"]) == ("expiring", "proxy", 7)
            assert (found["cluster"], found["url"]) == ("payments", cluster.url)
            logged = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
            assert logged == [f"payments: event {found['meta']['uuid']}: expiring of proxy"]
            await silence(queue, cluster)

        async def restarted(queue: asyncio.Queue[Event], event: Next) -> None:
            await silence(queue, cluster)
            new = authority.issue(cluster.fqdn)
            cluster.set_certificate("proxy", new.certificate_pem, str(new.key_pem))
            await silence(queue, cluster)
            # One node follows a change of cm, and the other one does not.
            other = authority.issue(cluster.fqdn)
            cluster.nodes[1].put("cm", pair(other.certificate_pem, str(other.key_pem)))
            found = await event()
            assert (found["kind"], found["certificate"]) == ("served_differs", "cm")
            assert cluster.nodes[1].address in found["message"]
            await silence(queue, cluster)
            weak = authority.issue(cluster.fqdn, eku=["serverAuth"])
            cluster.set_certificate("syncer", weak.certificate_pem, str(weak.key_pem))
            found = await event()
            assert (found["kind"], found["certificate"]) == ("finding", "syncer")
            assert found["fingerprint"] == weak.fingerprint
            await silence(queue, cluster)

        watching(args(tmp_path, member(cluster)), first)
        watching(args(tmp_path, member(cluster)), restarted)
        assert cluster.writes == []
    assert cluster.password not in (tmp_path / "state.json").read_text()


@pytest.mark.usefixtures("quick")
def test_clusters_that_drip_keep_the_others_waiting_for_nothing(tmp_path: Path, authority: Authority) -> None:
    ca_path = tmp_path / "dripping-ca.pem"
    ca_path.write_text(authority.ca_pem)
    material = authority.issue(sans=["127.0.0.1"])
    user = {"username": "admin@example.com", "password": "open sesame", "ca_path": str(ca_path), "timeout": 1}
    with ExitStack() as stack:
        good = stack.enter_context(Cluster(nodes=1, database="none"))
        slow = {habit: stack.enter_context(DrippingServer(habit, material)) for habit in (*ANSWERS, HANDSHAKE)}
        members = [{"name": habit, "url": server.url, **user} for habit, server in slow.items()]

        async def story(queue: asyncio.Queue[Event], event: Next) -> None:
            found = [await event() for dummy in members]
            assert {one["cluster"]: one["failure"] for one in found} == dict.fromkeys(slow, "read_timeout")
            await silence(queue, good, 3)

        watching(args(tmp_path, *members, member(good), concurrency=2), story)


def test_a_cluster_that_fails_keeps_the_others_waiting_for_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with (
        Cluster(nodes=1, database="none") as good,
        Cluster(nodes=1, database="none", expires={"cm": 0.5}) as bad,
    ):
        bad.add_fault(Fault(status=503))
        clusters = [member(bad, name="bad", retries=0), member(good, name="good")]

        async def story(queue: asyncio.Queue[Event], event: Next) -> None:
            found = await event()
            assert (found["kind"], found["cluster"], found["failure"]) == ("unreachable", "bad", "unavailable")
            await silence(queue, good, 5)
            # It waited 2 seconds, and waits 4.
            assert reads(bad) <= 3 < reads(good)
            bad.clear_faults()
            assert (await event())["kind"] == "recovered"
            found = await event()
            assert (found["kind"], found["certificate"], found["threshold"]) == ("expiring", "cm", 1)

        watching(args(tmp_path, *clusters, jitter=0), story)
        shown = caplog.text + (tmp_path / "state.json").read_text()
        assert "bad: not read; next read in 2 s" in shown
        assert bad.password not in shown
        assert good.password not in shown


@pytest.mark.usefixtures("quick")
def test_what_differs_from_what_is_wanted(tmp_path: Path, authority: Authority) -> None:
    with Cluster(nodes=1, database="none") as cluster:
        new = authority.issue(cluster.fqdn)
        (tmp_path / "cm.pem").write_text(new.certificate_pem)
        (tmp_path / "cm.key").write_text(str(new.key_pem))
        wanted = {"certificate_path": str(tmp_path / "cm.pem"), "private_key_path": str(tmp_path / "cm.key")}

        async def story(queue: asyncio.Queue[Event], event: Next) -> None:
            found = await event()
            assert (found["kind"], found["check"], found["certificate"]) == ("finding", "drift", "cm")
            cluster.set_certificate("cm", new.certificate_pem, str(new.key_pem))
            await silence(queue, cluster)

        watching(args(tmp_path, member(cluster, certificates=[{"name": "cm", **wanted}])), story)
        assert cluster.writes == []


def test_a_wrong_password_is_in_no_event(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Cluster(nodes=1, database="none") as cluster:

        async def story(_queue: asyncio.Queue[Event], event: Next) -> None:
            found = await event()
            assert (found["kind"], found["failure"]) == ("unreachable", "unauthorized")
            assert "open sesame" not in str(found)

        watching(args(tmp_path, member(cluster, password="open sesame")), story)
    assert "open sesame" not in caplog.text + (tmp_path / "state.json").read_text()


@pytest.mark.usefixtures("quick")
def test_a_state_file_that_cannot_be_written_any_more_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    with Cluster(nodes=1, database="none") as cluster:

        async def story(queue: asyncio.Queue[Event], event: Next) -> None:
            await silence(queue, cluster)
            (place / "state.json").unlink()
            place.rmdir()
            cluster.add_fault(Fault(status=503))
            assert (await event())["kind"] == "unreachable"
            cluster.clear_faults()
            assert (await event())["kind"] == "recovered"

        watching(args(place, member(cluster, retries=0)), story)
    assert "state.json could not be written: No such file or directory" in caplog.text


def test_wrong_arguments_end_it(tmp_path: Path) -> None:
    async def nothing(_queue: asyncio.Queue[Event], event: Next) -> None:
        await event()

    with pytest.raises(CertificateError, match="option clusters: must not be empty"):
        watching(args(tmp_path), nothing)


@pytest.mark.parametrize(
    ("failures", "chance", "seconds"),
    [(0, 0, 60), (0, 1, 75), (1, 0, 120), (2, 0, 240), (3, 0, 300), (3, 1, 375), (10**9, 0, 300)],
)
def test_how_long_it_waits(failures: int, chance: float, seconds: float, tmp_path: Path) -> None:
    cluster = {"url": "https://a", "token": "t"}
    settings = Settings.parse(args(tmp_path, cluster) | {"interval": 60, "jitter": 0.25, "max_interval": 300})
    assert wait(settings, failures, chance) == seconds


def test_an_interval_above_the_longest_one_stays(tmp_path: Path) -> None:
    settings = Settings.parse(args(tmp_path, {"url": "https://a", "token": "t"}, max_interval=1) | {"interval": 60})
    assert [wait(settings, failures, 0) for failures in (0, 1, 9)] == [60, 60, 60]


def test_its_documentation() -> None:
    """As ansible-rulebook loads it."""
    plugin = runpy.run_path(str(PLUGIN))
    assert asyncio.iscoroutinefunction(plugin["main"])
    documentation = yaml.safe_load(plugin["DOCUMENTATION"])
    assert documentation["extends_documentation_fragment"] == ["redis_enterprise.certificates.connection"]
    documented = {
        name: {key: value for key, value in option.items() if key != "description"}
        for name, option in documentation["options"].items()
    }
    # Their entries are described where modules take the same.
    taken = {
        name: {key: value for key, value in option.items() if key != "options"}
        for name, option in SPEC.items()
        if name not in CONNECTION_SPEC
    }
    assert documented == taken
    assert SPEC["clusters"]["options"] == MEMBER_SPEC
    assert SPEC["exceptions"] == policy.SPEC["exceptions"]
    (rulebook,) = yaml.safe_load(plugin["EXAMPLES"])
    (source,) = rulebook["sources"]
    assert source["redis_enterprise.certificates.certificates"].keys() <= SPEC.keys()
