"use strict";
{
  const box = document.getElementById("search"), field = document.getElementById("sought"), hits = document.getElementById("hits");
  const tables = [...document.querySelectorAll("section.table")].map((section) => ({
    section,
    entry: document.querySelector(`nav [data-of="${section.id}"]`),
    name: section.querySelector("h2").textContent.toLowerCase(),
    columns: [...section.querySelectorAll("article.column")].map((card) => ({ card, words: card.dataset.words })),
  }));
  const seek = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let columns = 0, found = 0;
    for (const table of tables) {
      const whole = words.length > 0 && words.every((word) => table.name.includes(word));
      let kept = 0;
      for (const { card, words: own } of table.columns) {
        const shown = whole || words.every((word) => own.includes(word));
        card.hidden = !shown;
        kept += shown ? 1 : 0;
      }
      table.section.hidden = table.entry.hidden = kept === 0;
      columns += kept;
      found += kept ? 1 : 0;
    }
    const count = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
    hits.textContent = words.length ? (columns ? `${count(columns, "column")} in ${count(found, "table")}` : "Nothing is called so.") : "";
  };
  field.addEventListener("input", seek);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== field && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
    } else if (event.key === "Escape" && document.activeElement === field) {
      field.value = "";
      seek();
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(link.getAttribute("href").slice(1));
    if (target && target.closest("[hidden]")) {
      field.value = "";
      seek();
    }
  });
  box.hidden = false;
  seek();
}
