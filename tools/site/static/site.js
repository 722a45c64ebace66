// SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  // What is typed or saved gets a button to copy it; output does not.
  const copy = async (pre, button) => {
    try {
      await navigator.clipboard.writeText(pre.textContent.trimEnd());
    } catch {
      // Only https and files may use that. What is selected can be copied in any case.
      getSelection().selectAllChildren(pre);
      if (!document.execCommand("copy")) return;
    }
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  };
  for (const block of document.querySelectorAll("div[class*=highlight-]:not(.highlight-text)")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.ariaLive = "polite";
    button.addEventListener("click", () => copy(block.querySelector("pre"), button));
    block.append(button);
  }

  // What can be scrolled can be reached with the keyboard.
  const reach = new ResizeObserver((changed) => {
    for (const { target } of changed) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const one of document.querySelectorAll("article pre, article .table-wrapper")) reach.observe(one);
});
