# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record a rotation of a simulated cluster, as a terminal shows it: picture.py FILE.svg.

Tasks that only prepare, and neither change nor show anything, are left out; a line of dots takes their place.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text
from simulator import ActiveActive, Cluster
from simulator.authority import Authority

COMMAND = ["ansible-playbook", "redis_enterprise.certificates.rotate", "-i", "inventory.yml"]
NAMES = ("api", "proxy", "syncer")
#: In characters.
WIDTH = 122
SHOWN = re.compile(r"(?:Read all clusters|[Rr]eplace all|Summarise)")
HEADER = """<!-- SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
     SPDX-License-Identifier: GPL-3.0-or-later
     Made by: make picture -->
"""


def prepare(folder: Path, cluster: Cluster, authority: Authority) -> None:
    """Write the files of a user: new material, an inventory, and the password of the backup."""
    (folder / "password").write_text("of the backup")
    place = folder / "certificates/payments"
    place.mkdir(parents=True)
    for name in NAMES:
        issued = authority.issue(cluster.fqdn, days=200)
        (place / f"{name}.pem").write_text(issued.certificate_pem)
        (place / f"{name}.key").write_text(str(issued.key_pem))
    variables = {
        "redis_enterprise_url": cluster.url,
        "redis_enterprise_username": cluster.username,
        "redis_enterprise_password": cluster.password,
        "redis_enterprise_ca_path": cluster.ca_path,
        "redis_enterprise_metrics_port": cluster.metrics_port,
        "rotation_backup": "backups",
        "rotation_certificates": [
            {"name": name, "source": {"files": {"directory": "certificates/{{ inventory_hostname }}"}}}
            for name in NAMES
        ],
    }
    inventory = {"redis_enterprise": {"hosts": {"payments": variables}}}
    (folder / "inventory.yml").write_text(yaml.safe_dump(inventory))


def record(folder: Path) -> str:
    """Return what the run writes to a terminal, in colour."""
    settings = {
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        "ANSIBLE_CALLBACK_YAML_LINE_WIDTH": "no-break",
        "ANSIBLE_FORCE_COLOR": "true",
        "ANSIBLE_VAULT_PASSWORD_FILE": "password",
        "COLUMNS": str(WIDTH),
    }
    done = subprocess.run(
        COMMAND, cwd=folder, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    # Commands to copy are wrapped where this folder makes them long.
    return done.stdout.replace(f"{folder}/", "").replace(" \\\n     ", " ")


def shown(output: str) -> Iterator[Text]:
    """Return the lines of the picture."""
    yield Text(f"$ {' '.join(COMMAND)}", "bold")
    left_out = False
    for block in re.split(r"\n(?=(?:PLAY|TASK) )", output.strip()):
        name = re.sub(r"redis_enterprise\.certificates\.rotation : ", "", block)
        if name.startswith("TASK") and not SHOWN.search(name.partition("\n")[0]):
            left_out = True
        elif not name.startswith("PLAY [Report what"):
            if left_out:
                yield Text("...", "bright_black")
            left_out = False
            yield Text()
            yield from (Text.from_ansi(line) for line in name.strip().splitlines())


def main() -> None:
    """Write the picture."""
    authority = Authority("Example CA")
    crdb = ActiveActive("orders")
    options: dict[str, Any] = {"authority": authority, "database": "tls", "active_active": [crdb]}
    with (
        tempfile.TemporaryDirectory() as folder,
        Cluster(
            3, fqdn="payments.redis.example.com", expires={"api": 9, "proxy": 9, "syncer": 9}, **options
        ) as cluster,
        Cluster(1, fqdn="peer.redis.example.com", **options),
    ):
        prepare(Path(folder), cluster, authority)
        output = record(Path(folder))
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for line in shown(output):
        console.print(line, overflow="fold", highlight=False)
    svg = console.export_svg(title="A rotation", theme=MONOKAI, unique_id="rotation")
    # The fonts that it would fetch: a picture asks the network for nothing.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code", "ui-monospace")
    Path(sys.argv[1]).write_text(HEADER + re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE), encoding="utf-8")


main()
