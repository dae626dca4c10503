"use strict";
(() => {
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  root.classList.add("js");
  for (const element of document.querySelectorAll(".needs-js")) element.hidden = false;

  // --- theme ---
  const themes = ["auto", "light", "dark"];
  const remembered = () => { try { return localStorage.getItem("aiassert-theme"); } catch { return null; } };
  const remember = (theme) => { try { localStorage.setItem("aiassert-theme", theme); } catch { /* a file may have no storage */ } };
  const show = (theme) => {
    if (theme === "auto") delete root.dataset.theme; else root.dataset.theme = theme;
    find("theme").textContent = `Theme: ${theme}`;
  };
  let theme = themes.includes(remembered()) ? remembered() : "auto";
  show(theme);
  find("theme").addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    remember(theme);
    show(theme);
  });

  const rows = find("rows");
  if (!rows) return;
  const cases = [...rows.querySelectorAll(".case")];
  const models = cases[0].dataset.outcomes.split(",").length;
  const columns = new Map(cases.map((element) => [element, {
    id: element.querySelector(".id").textContent,
    text: [".name", "summary .why", ".page > .said"].map((part) => element.querySelector(part)?.textContent ?? "").join(" ").toLowerCase(),
    tags: element.dataset.tags.split("|"),
    outcomes: element.dataset.outcomes.split(","),
    order: Number(element.dataset.order),
    rate: element.dataset.rates.split(","),
    cost: element.dataset.costs.split(","),
    time: element.dataset.times.split(","),
  }]));

  // --- filters ---
  const chosenModel = () => find("model")?.value ?? "all";
  const worst = (outcomes) => ["failed", "error", "passed"].find((outcome) => outcomes.includes(outcome));
  const outcomeOf = (facts) => chosenModel() === "all" ? worst(facts.outcomes) : facts.outcomes[Number(chosenModel())];
  const apply = () => {
    const words = find("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcome = document.querySelector('input[name="outcome"]:checked').value;
    const tag = find("tag")?.value ?? "";
    let shown = 0;
    for (const element of cases) {
      const facts = columns.get(element);
      const is = outcomeOf(facts);
      const fits = is && (!outcome || is === outcome) && (!tag || facts.tags.includes(tag))
        && words.every((word) => facts.text.includes(word));
      element.hidden = !fits;
      if (fits) shown += 1;
    }
    find("shown").textContent = shown === cases.length ? `${shown} in all` : `${shown} of ${cases.length} shown`;
    find("nothing").hidden = shown > 0;
    fold();
  };
  const count = () => {
    for (const input of document.querySelectorAll('input[name="outcome"]')) {
      const number = input.nextElementSibling.querySelector("b");
      if (number) number.textContent = cases.filter((element) => outcomeOf(columns.get(element)) === input.value).length;
    }
  };
  const reset = () => {
    find("filter").value = "";
    document.querySelector('input[name="outcome"][value=""]').checked = true;
    if (find("tag")) find("tag").value = "";
    apply();
  };
  const form = document.querySelector(".tools");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  find("reset").addEventListener("click", () => { reset(); find("filter").focus(); });
  find("model")?.addEventListener("change", () => {
    root.dataset.model = chosenModel();
    rows.style.setProperty("--models", chosenModel() === "all" ? models : 1);
    count();
    apply();
    sort();
  });

  // --- open and close ---
  const visible = () => [...rows.querySelectorAll(".case:not([hidden])")];  // in the order they are sorted in
  const fold = () => { find("fold").textContent = visible().some((element) => element.open) ? "Close all" : "Open all shown"; };
  find("fold").addEventListener("click", () => {
    const open = !visible().some((element) => element.open);
    for (const element of visible()) element.open = open;
    fold();
  });
  for (const element of cases) element.addEventListener("toggle", fold);

  // --- sorting: a second press turns it around ---
  const worstFirst = (facts) => chosenModel() === "all" ? facts.order
    : ["failed", "error", "passed"].indexOf(outcomeOf(facts)) * 2 + Number(facts.rate[Number(chosenModel())]);
  const values = { order: worstFirst, id: (facts) => facts.id };
  const number = (list, index) => {
    const known = (index === undefined ? (chosenModel() === "all" ? list : [list[Number(chosenModel())]]) : [list[index]]).filter(Boolean);
    return known.length ? known.reduce((sum, value) => sum + Number(value), 0) / known.length : null;
  };
  const compare = (a, b) => typeof a === "string" ? a.localeCompare(b, undefined, { numeric: true }) : a - b;
  const press = (button) => {
    const first = ["cost", "time"].includes(button.dataset.sort) ? "down" : "up";
    const way = button.dataset.way === first ? (first === "up" ? "down" : "up") : first;
    for (const other of rows.querySelectorAll("[data-sort]")) {
      other.setAttribute("aria-pressed", String(other === button));
      delete other.dataset.way;
    }
    button.dataset.way = way;
    sort();
  };
  const sort = () => {
    const button = rows.querySelector('[aria-pressed="true"]');
    const key = button.dataset.sort;
    const index = button.dataset.index === undefined ? undefined : Number(button.dataset.index);
    const value = values[key] ?? ((facts) => number(facts[key], index));
    const turned = button.dataset.way === "down" ? -1 : 1;
    const sorted = cases.map((element) => [value(columns.get(element)), columns.get(element).order, element]).sort((a, b) => {
      if (a[0] === null || b[0] === null) return (a[0] === null) - (b[0] === null) || a[1] - b[1];
      return turned * compare(a[0], b[0]) || a[1] - b[1];
    });
    rows.append(...sorted.map((entry) => entry[2]));
  };
  for (const button of rows.querySelectorAll("[data-sort]")) button.addEventListener("click", () => press(button));

  // --- keyboard: "/" filters, arrows walk the cases ---
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      find("filter").focus();
    } else if (event.key === "Escape" && event.target === find("filter")) {
      reset();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.matches(".case > summary")) {
      const list = visible();
      const next = list[list.indexOf(event.target.parentElement) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) { event.preventDefault(); next.firstElementChild.focus(); }
    }
  });

  // --- deep links ---
  const follow = () => {
    let name;
    try { name = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = name && find(name);
    if (!target) return;
    for (let element = target; element; element = element.parentElement) {
      if (element.matches("details")) { element.open = true; element.hidden = false; }
    }
    target.scrollIntoView();
    requestAnimationFrame(() => target.scrollIntoView());  // once more, when the cases above have their real height
  };
  addEventListener("hashchange", follow);
  follow();
})();
