// SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isIssuer = (cell) => cell.childNodes.length > 1;

  // Filter: everything that belongs to a cluster has its number in data-c, and all numbers are of what is shown.
  const controls = document.getElementById("controls");
  const search = document.getElementById("search");
  const verdict = document.getElementById("verdict");
  const clusters = all("details[data-c]").map((details) => ({
    number: details.dataset.c,
    name: details.querySelector("h3").textContent,
    verdict: details.dataset.verdict,
    unseen: Number(details.dataset.u),
    certificates: all("tbody th", details).length - all("tr[data-d] th", details).filter(isIssuer).length,
    text: details.textContent,
  }));
  const rows = all("[data-c]");
  const found = all("#findings tr[data-c]");
  for (const row of found) {
    // What was found, and not the command.
    clusters[row.dataset.c].text += " " + [...row.cells].slice(0, 3).map((cell) => cell.textContent).join(" ");
  }
  for (const cluster of clusters) cluster.text = cluster.text.toLowerCase();

  // Expiries, the first one first: each is a line of its cluster, and in the dot of the timeline that data-p names.
  const ends = all("details[data-c] tr[data-d]").map((row) => ({
    row,
    cluster: row.closest("details").dataset.c,
    days: Number(row.dataset.d),
    date: row.cells[1].textContent,
    level: row.cells[2].className,
    issuer: isIssuer(row.cells[0]),
  }));
  ends.sort((a, b) => a.days - b.days || a.date.localeCompare(b.date));
  const dots = all("#timeline g").map((group) => ({
    group,
    lane: group.querySelector("title").textContent.split(":", 1)[0],
    ends: [],
  }));
  const links = new Map(all(".matrix tbody tr").map((row) => [row.dataset.c, row.cells[0]]));
  const coming = document.getElementById("coming");
  const shownAtOnce = coming?.rows.length;
  const sum = (list, value) => list.reduce((total, one) => total + value(one), 0);

  const draw = (shown) => {
    for (const dot of dots) dot.ends = [];
    for (const end of shown) dots[end.row.dataset.p].ends.push(end);
    for (const { group, lane, ends } of dots) {
      group.toggleAttribute("data-gone", ends.length === 0);
      if (ends.length === 0) continue;
      const some = ends.slice(0, 4).map((end) => `${clusters[end.cluster].name} (${end.date}, ${end.days} d)`);
      const more = ends.length > 4 ? ` and ${ends.length - 4} more` : "";
      group.querySelector("title").textContent = `${lane}: ${some.join(", ")}${more}`;
      group.querySelector("circle").setAttribute("r", Math.min(14, Math.round(5 + 2.2 * Math.log2(ends.length))));
      const count = group.querySelector("text");
      if (count) count.textContent = ends.length > 1 ? ends.length : "";
    }
    coming?.replaceChildren(...shown.slice(0, shownAtOnce).map((end) => {
      const line = document.createElement("tr");
      const name = document.createElement("td");
      name.append(...[...end.row.cells[0].childNodes].map((node) => node.cloneNode(true)));
      line.append(end.row.cells[1].cloneNode(true), end.row.cells[2].cloneNode(true));
      line.append(links.get(end.cluster).cloneNode(true), name);
      return line;
    }));
  };
  const tile = (name, wrong, number = wrong, total = null) => {
    const one = document.getElementById(`t-${name}`);
    one.className = wrong ? one.dataset.bad : "ok";
    one.querySelector("strong").textContent = number;
    if (total !== null) one.querySelector("span").textContent = total;
  };
  const count = (shown, ends) => {
    const byVerdict = (name) => shown.filter((cluster) => cluster.verdict === name).length;
    const byLevel = (name) => ends.filter((end) => end.level === name && !end.issuer).length;
    const inSection = (name) => sum(
      all(`[data-section=${name}] tbody tr:not([data-gone])`), (row) => Number(row.dataset.n ?? 1)
    );
    const passing = byVerdict("ok") + byVerdict("warning");
    tile("pass", shown.length - passing, passing, shown.length);
    tile("expired", byLevel("expired"), byLevel("expired"), sum(shown, (cluster) => cluster.certificates));
    tile("fail", byLevel("critical"));
    tile("warn", byLevel("warning"));
    tile("critical", inSection("critical"));
    tile("unseen", sum(shown, (cluster) => cluster.unseen));
    tile("accepted", inSection("accepted"));
    let at = 0;
    for (const bar of all(".share rect")) {
      const width = byVerdict(bar.classList[0]);
      bar.setAttribute("x", at);
      bar.setAttribute("width", width);
      at += width;
    }
    document.querySelector(".share").setAttribute("viewBox", `0 0 ${Math.max(at, 1)} 1`);
    for (const badge of all("#verdicts .badge")) badge.nextElementSibling.textContent = byVerdict(badge.textContent);
  };
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = clusters.filter((cluster) =>
      (!verdict.value || cluster.verdict === verdict.value) && words.every((word) => cluster.text.includes(word))
    );
    const numbers = new Set(shown.map((cluster) => cluster.number));
    for (const row of rows) row.toggleAttribute("data-gone", !numbers.has(row.dataset.c));
    for (const group of all("#findings details, [data-section]")) {
      const left = sum(all("tbody tr:not([data-gone])", group), (row) => Number(row.dataset.n ?? 1));
      group.toggleAttribute("data-gone", left === 0);
      const heading = group.dataset.section ? group.previousElementSibling : group;
      heading.querySelector(".left").textContent = left;
      if (heading !== group) heading.toggleAttribute("data-gone", left === 0);
    }
    const left = ends.filter((end) => numbers.has(end.cluster));
    draw(left);
    count(shown, left);
    const filtered = shown.length < clusters.length;
    controls.toggleAttribute("data-filtered", filtered);
    document.getElementById("count").textContent = filtered
      ? `${shown.length} of ${clusters.length} clusters; all numbers are of these`
      : `${clusters.length} of ${clusters.length} clusters`;
  };
  search.addEventListener("input", filter);
  verdict.addEventListener("change", filter);
  controls.hidden = false;

  // Sort: each heading of a sortable table becomes a button.
  const value = (row, column) => {
    const cell = row.children[column];
    return cell.dataset.v ?? cell.textContent.trim();
  };
  const compare = (a, b) => {
    // What has no value comes last, whatever the direction.
    const numbers = [parseFloat(a), parseFloat(b)];
    if (/^-?[\d.]+$/.test(a) && /^-?[\d.]+$/.test(b)) return numbers[0] - numbers[1];
    return a.localeCompare(b, "en", { numeric: true });
  };
  const sort = (table, heading, column) => {
    const descending = heading.getAttribute("aria-sort") === "ascending";
    for (const other of all("thead th", table)) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const body = table.tBodies[0];
    const sorted = [...body.rows].sort((one, other) => {
      const [a, b] = [value(one, column), value(other, column)];
      if (!a || !b) return Number(!a) - Number(!b);
      return descending ? compare(b, a) : compare(a, b);
    });
    body.append(...sorted);
  };
  for (const table of all("table.sortable")) {
    all("thead th", table).forEach((heading, column) => {
      if ("unsorted" in heading.dataset) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading, column));
      heading.append(button);
    });
  }

  // Commands are copied; without a script they are selected whole.
  const copy = async (command, button) => {
    try {
      await navigator.clipboard.writeText(command.textContent);
    } catch {
      // Only https and files may use that. What is selected can be copied in any case.
      getSelection().selectAllChildren(command);
      if (!document.execCommand("copy")) return;
    }
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  };
  for (const command of all(".command")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.ariaLive = "polite";
    button.addEventListener("click", () => copy(command, button));
    command.after(button);
  }

  // A link to a cluster opens it.
  const open = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  window.addEventListener("hashchange", open);
  open();

  const fold = document.getElementById("fold");
  fold.addEventListener("click", () => {
    const folded = all("details[data-c]:not([data-gone])").some((details) => !details.open);
    for (const details of all("details[data-c]")) details.open = folded && !details.hasAttribute("data-gone");
    fold.textContent = folded ? "Fold all clusters" : "Unfold all clusters";
  });
  filter();
})();
