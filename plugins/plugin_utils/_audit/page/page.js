// SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Filter: everything that belongs to a cluster has its number in data-c.
  const controls = document.getElementById("controls");
  const search = document.getElementById("search");
  const verdict = document.getElementById("verdict");
  const count = document.getElementById("count");
  const clusters = all("details[data-c]").map((details) => ({
    number: details.dataset.c,
    verdict: details.dataset.verdict,
    text: details.textContent,
  }));
  const rows = all("[data-c]");
  for (const row of all("#findings tr[data-c]")) {
    clusters[row.dataset.c].text += " " + row.textContent;
  }
  for (const cluster of clusters) cluster.text = cluster.text.toLowerCase();

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = new Set();
    for (const cluster of clusters) {
      const fits = !verdict.value || cluster.verdict === verdict.value;
      if (fits && words.every((word) => cluster.text.includes(word))) shown.add(cluster.number);
    }
    for (const row of rows) row.toggleAttribute("data-gone", !shown.has(row.dataset.c));
    for (const group of all("#findings details")) {
      const left = all("tbody tr:not([data-gone])", group).reduce((sum, row) => sum + Number(row.dataset.n ?? 1), 0);
      group.toggleAttribute("data-gone", left === 0);
      group.querySelector(".left").textContent = left;
    }
    count.textContent = `${shown.size} of ${clusters.length} clusters`;
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
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading, column));
      heading.append(button);
    });
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
