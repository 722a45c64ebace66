# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that a built collection holds what a user needs, and nothing else: package_content.py FILE.tar.gz."""

from __future__ import annotations

import re
import sys
import tarfile

#: What may be in it. A new kind of content is added here on purpose.
ALLOWED = re.compile(
    r"""
    (FILES|MANIFEST)\.json
  | \.ansible-lint
  | COPYING
  | CHANGELOG\.rst
  | (CONTRIBUTING|README|SECURITY|TESTING)\.md
  | changelogs/changelog\.yaml
  | docs/.+\.(json|md|png|rst|svg|yml)
  | extensions/eda/.+\.(py|yml)
  | extensions/grafana/.+\.json
  | extensions/prometheus/.+\.yml
  | meta/(execution-environment|extensions|runtime)\.yml
  | meta/ee-(bindep|requirements)\.txt
  | playbooks/.+\.(j2|yml)
  | plugins/.+\.(py|yml)
  | plugins/plugin_utils/.+\.(css|j2|js)
  | roles/[a-z_]+/README\.md
  | roles/[a-z_]+/(defaults|handlers|meta|tasks|vars)/.+\.yml
  | roles/[a-z_]+/templates/.+\.j2
    """,
    re.VERBOSE,
)
NEEDED = {
    "CONTRIBUTING.md",
    "COPYING",
    "README.md",
    "SECURITY.md",
    "TESTING.md",
    "changelogs/changelog.yaml",
    "docs/examples/awx/project/rotate.yml",
    "extensions/eda/plugins/event_source/certificates.py",
    "extensions/grafana/dashboard.json",
    "extensions/prometheus/alerts.yml",
    "meta/runtime.yml",
}


def main() -> None:
    """Print what is wrong; exit code 1 when something is."""
    with tarfile.open(sys.argv[1]) as archive:
        names = {member.name for member in archive.getmembers() if not member.isdir()}
        linked = {member.name for member in archive.getmembers() if member.issym() or member.islnk()}
    wrong = [f"{name}: is missing" for name in sorted(NEEDED - names)]
    wrong += [f"{name}: does not belong there" for name in sorted(names) if not ALLOWED.fullmatch(name)]
    wrong += [f"{name}: is a link" for name in sorted(linked)]
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main()
