// The review desk by keyboard. All it does are the page's own forms and buttons, which work without it.
"use strict";

(() => {
  const desk = document.getElementById("desk");
  const form = document.getElementById("decision");
  if (!desk || !form) return;
  const mine = "hold" in desk.dataset;
  const sheets = desk.querySelector(".sheets");
  const first = sheets.querySelector("img");
  const SIGN_OF_LIFE_MS = 120_000;

  // --- fields and their places on the page -------------------------------------------------------------------
  const rows = [...form.querySelectorAll(".field")];
  const doubtful = rows.filter((row) => row.classList.contains("doubtful"));
  const stops = doubtful.length ? doubtful : rows.slice(0, 1);
  const box = (row) => row.querySelector("input:not([type=hidden]), textarea");

  const light = (name, scroll) => {
    for (const rect of desk.querySelectorAll("rect.box")) rect.classList.toggle("lit", rect.dataset.field === name);
    const place = sheets.querySelector(`rect.box[data-field="${name}"]`);
    if (!place || !scroll) return;
    const frame = sheets.getBoundingClientRect();
    const at = place.getBoundingClientRect();
    if (at.top < frame.top + 20 || at.bottom > frame.bottom - 20) {
      sheets.scrollTop += at.top - frame.top - frame.height / 3;
    }
  };

  const mark = (row) => {
    const seen = row.querySelector("input[type=hidden]").value.replace(/\r\n/g, "\n");
    row.classList.toggle("changed", box(row).value.trim() !== seen.trim());
  };

  for (const row of rows) {
    row.addEventListener("focusin", () => light(row.dataset.field, true));
    row.addEventListener("mouseenter", () => light(row.dataset.field, false));
    box(row).addEventListener("input", () => mark(row));
    mark(row);
  }

  const goTo = (row) => {
    row.closest("details")?.setAttribute("open", "");
    box(row).focus();
    box(row).select();
  };

  const goOn = (from) => {
    const next = from ? stops[stops.indexOf(from) + 1] : stops[0];
    if (next) goTo(next);
    else desk.focus();
  };

  const use = (chip) => {
    const row = form.querySelector(`.field[data-field="${chip.dataset.field}"]`);
    box(row).value = chip.dataset.text;
    mark(row);
    light(row.dataset.field, true);
  };
  for (const chip of form.querySelectorAll(".chip")) {
    chip.addEventListener("click", (event) => {
      event.preventDefault();
      use(chip);
    });
  }

  // --- register rows -----------------------------------------------------------------------------------------
  const accept = form.querySelector("button[value=accept]");
  const none = form.querySelector("input[name=link][value='']");
  const showChoice = () => {
    const chosen = form.querySelector("input[name=link]:checked");
    for (const one of form.querySelectorAll(".candidate")) one.classList.toggle("chosen", one.contains(chosen));
    const linked = chosen && chosen.value;
    if (accept) accept.querySelector("span").textContent = accept.dataset[linked ? "linked" : "plain"];
  };
  for (const one of form.querySelectorAll("input[name=link]")) one.addEventListener("change", showChoice);

  const choose = (radio) => {
    (radio.checked && none ? none : radio).checked = true;
    radio.closest("details")?.setAttribute("open", "");
    radio.closest(".candidate").scrollIntoView({ block: "nearest" });
    showChoice();
  };

  // --- decisions ---------------------------------------------------------------------------------------------
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => {
    sent = false;
  });

  const press = (button) => {
    if (button && !button.disabled) button.click();
  };

  // Nobody has seen a page that is not there yet.
  const isSeen = () => !first || first.complete;
  const decide = (button) => {
    if (isSeen()) press(button);
  };

  const openReasons = (details) => {
    for (const other of form.querySelectorAll("details.closing")) other.open = other === details;
    details.querySelector("button").focus();
  };

  const openDetails = () => form.querySelector("details.closing[open]");

  // --- keys --------------------------------------------------------------------------------------------------
  const help = document.getElementById("keys");
  const toggleHelp = () => (help.open ? help.close() : help.showModal());
  desk.querySelector("[data-help]")?.addEventListener("click", toggleHelp);

  const turn = (step) => {
    const all = [...sheets.querySelectorAll(".sheet")];
    const top = sheets.getBoundingClientRect().top;
    const now = all.findLastIndex((sheet) => sheet.getBoundingClientRect().top <= top + 40);
    all[Math.min(all.length - 1, Math.max(0, now + step))]?.scrollIntoView({ block: "start" });
  };

  const digit = (key) => {
    const details = openDetails();
    if (details) return decide(details.querySelector(`[data-reason="${key}"]`));
    const found = form.querySelector(`[data-digit="${key}"]`);
    if (!found) return undefined;
    return found.type === "radio" ? choose(found) : use(found);
  };

  const letters = {
    a: () => decide(accept),
    "?": toggleHelp,
    j: () => turn(1),
    k: () => turn(-1),
    z: () => sheets.classList.toggle("zoomed"),
    Escape: () => {
      const details = openDetails();
      if (details) details.open = false;
      desk.focus();
    },
  };

  const outside = (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const keyed = form.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (/^[1-9]$/.test(key)) digit(key);
    else if (key in letters) letters[key]();
    else if (keyed?.matches("details")) openReasons(keyed);
    else if (keyed) press(keyed);
    else if (key === "Enter" && !event.target.closest("button, a, summary, select, [type=radio]")) goOn(null);
    else return;
    event.preventDefault();
  };

  const inside = (event) => {
    const row = event.target.closest(".field");
    if (event.key === "Escape") {
      event.target.blur();
      desk.focus();
    } else if (event.key === "Enter" && event.ctrlKey) decide(accept);
    else if (event.key === "Enter" && !event.shiftKey && row && !event.target.closest(".further")) goOn(row);
    else if (event.key === "Enter" && event.target.dataset.do) {
      press(form.querySelector(`button[value="${event.target.dataset.do}"]`));
    } else return;
    event.preventDefault();
  };

  document.addEventListener("keydown", (event) => {
    if (!mine || event.isComposing || event.repeat || event.altKey || event.metaKey) return;
    if (help.open) {
      if (event.key === "?") toggleHelp();
      return;
    }
    const writes = event.target.matches("input:not([type=radio]), textarea, select");
    if (writes) inside(event);
    else if (event.ctrlKey) {
      if (event.key === "Enter") decide(accept);
    } else outside(event);
  });

  // --- the lease ---------------------------------------------------------------------------------------------
  if (mine) {
    const lost = desk.querySelector("[data-lost]");
    setInterval(async () => {
      try {
        const answer = await fetch(desk.dataset.hold, { method: "POST" });
        lost.hidden = answer.ok;
      } catch {
        // The network is away for a moment; the lease outlasts several signs of life.
      }
    }, SIGN_OF_LIFE_MS);
  }

  for (const image of sheets.querySelectorAll("img")) {
    image.addEventListener("error", () => {
      image.alt = image.dataset.unseen;
      image.closest(".paper").classList.add("broken");
    });
  }

  showChoice();
  if (form.querySelector("[name=link]:checked")?.value || rows.some((row) => row.classList.contains("changed"))) {
    desk.querySelector("[role=alert]:not([hidden])")?.scrollIntoView({ block: "nearest" });
  }
  light(stops[0]?.dataset.field, true);
  if (!document.activeElement || document.activeElement === document.body) desk.focus({ preventScroll: true });
})();
