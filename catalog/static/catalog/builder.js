// The program builder. It holds the whole program as `tree`, draws what changed, and sends it all when it is saved.
"use strict";

(() => {
  const given = JSON.parse(document.getElementById("builder-given").textContent);
  const root = document.querySelector("[data-builder]");
  const part = (name) => root.querySelector(`[data-${name}]`);
  const { exercises, muscles, can_change: canChange } = given;
  let tree = given.tree;
  let week = 0; // the one that is looked at; 0 is every week
  let isDirty = false;
  let dragged = null;

  const make = (tag, values = {}, ...below) => {
    const made = Object.assign(document.createElement(tag), values);
    made.append(...below);
    return made;
  };
  const button = (text, label, act, className = "ds-button ds-small") => {
    const made = make("button", { type: "button", className, textContent: text, ariaLabel: label, title: label });
    made.disabled = !canChange;
    made.addEventListener("click", act);
    return made;
  };
  const say = (state, words) => {
    const place = part("state");
    if (place) Object.assign(place, { textContent: words }).dataset.state = state;
  };
  const changed = () => {
    isDirty = true;
    say("dirty", "Not saved yet.");
    drawVolume();
  };
  const box = (object, name, values = {}, read = (text) => text) => {
    const made = make("input", { className: "ds-input", value: object[name] ?? "", disabled: !canChange, ...values });
    made.dataset.field = name;
    made.addEventListener("input", () => {
      object[name] = read(made.value);
      changed();
    });
    return made;
  };
  const whole = (text) => (text === "" ? null : Number(text));
  const decimal = (text) => (text === "" ? null : text.replace(",", "."));
  const number = (object, name, label, values = {}) =>
    box(object, name, { type: "number", ariaLabel: label, placeholder: label, ...values }, values.step ? decimal : whole);
  const choice = (value, options, label, act) => {
    const made = make("select", { className: "ds-input", ariaLabel: label, disabled: !canChange });
    options.forEach(([option, text]) => made.append(new Option(text, option)));
    made.value = value;
    made.addEventListener("change", () => act(made.value));
    return made;
  };
  const labelled = (text, ...below) => make("label", { className: "ds-labelled" }, make("span", { textContent: text }), ...below);
  const move = (list, from, to) => list.splice(to, 0, ...list.splice(from, 1));
  const fresh = (node) => {
    const copy = structuredClone(node);
    const forget = (one) => {
      one.id = null;
      (one.slots ?? one.sets ?? []).forEach(forget);
    };
    forget(copy);
    return copy;
  };
  const redraw = (focused) => {
    drawWeeks();
    drawDays();
    drawVolume();
    if (focused) root.querySelector(`[data-key="${focused}"]`)?.focus();
  };
  const redrawn = (focused) => {
    changed();
    redraw(focused);
  };

  // --- weeks ---

  const daysOf = (one) => tree.days.filter((day) => (day.week ?? 0) === one);
  const shownIn = (one) => tree.days.filter((day) => day.week === null || day.week === one);
  const nameOf = (one) => (one === 0 ? "Every week" : `Week ${one}`);
  const described = (one) => tree.described_weeks.find((node) => node.number === one);

  const drawWeeks = () => {
    const body = make("tbody");
    for (let one = 0; one <= tree.weeks; one += 1) {
      const head = make("button", { type: "button", className: "ds-week", textContent: nameOf(one) });
      head.dataset.key = `week-${one}`;
      head.setAttribute("aria-pressed", String(one === week));
      head.addEventListener("click", () => {
        week = one;
        redraw(`week-${one}`);
      });
      const about = described(one);
      if (about) head.append(make("small", { textContent: about.title || about.kind }));
      const row = make("tr", {}, make("th", { scope: "row" }, head));
      (one === 0 ? daysOf(0) : shownIn(one)).forEach((day) => {
        const sets = day.slots.flatMap((slot) => setsIn(slot, one)).filter(isHard).length;
        const name = day.title || `Day ${tree.days.indexOf(day) + 1}`;
        const cell = make("td", {}, make("strong", { textContent: name }), ` ${sets} sets`);
        cell.classList.toggle("ds-inherited", one !== 0 && day.week === null);
        row.append(cell);
      });
      body.append(row);
    }
    const weeks = number(tree, "weeks", "Weeks", { min: 1, max: 104 });
    weeks.addEventListener("change", () => {
      tree.weeks = Math.min(104, Math.max(1, tree.weeks || 1));
      week = Math.min(week, tree.weeks);
      redraw();
    });
    part("weeks").replaceChildren(
      labelled("Weeks", weeks),
      make("div", { className: "ds-grid" }, make("table", { ariaLabel: "Weeks and days" }, body)),
      weekTools(),
    );
  };

  const weekTools = () => {
    const tools = make("div", { className: "ds-tools" }, make("h2", { textContent: nameOf(week) }));
    if (week !== 0) {
      const about = described(week) ?? { id: null, number: week, kind: "accumulation", title: "", notes: "" };
      const kept = () => {
        if (!described(week)) tree.described_weeks.push(about);
      };
      const kind = choice(about.kind, given.week_kinds, "What the week is for", (value) => {
        about.kind = value;
        kept();
        redrawn();
      });
      const title = box(about, "title", { ariaLabel: "Title of the week", placeholder: "Title of the week" });
      title.addEventListener("input", kept);
      tools.append(kind, title);
    }
    const others = Array.from({ length: tree.weeks + 1 }, (_, one) => one).filter((one) => one !== week);
    const target = choice(String(others[0]), others.map((one) => [String(one), nameOf(one)]), "Week to copy to", () => {});
    const copy = button("Copy to", `Copy the days of ${nameOf(week)}`, () => {
      const to = Number(target.value);
      daysOf(week).forEach((day) => tree.days.push({ ...fresh(day), week: to || null }));
      week = to;
      redrawn();
    });
    copy.dataset.key = "copy-week";
    const add = button("Add a day", "Add a day", () => {
      tree.days.push({ id: null, week: week || null, title: "", notes: "", slots: [] });
      redrawn();
    });
    add.dataset.key = "add-day";
    tools.append(copy, target, add);
    return tools;
  };

  // --- days ---

  const drawDays = () => {
    const days = daysOf(week);
    part("days").replaceChildren(...days.map((day) => drawDay(day, days)));
    if (!days.length) part("days").append(make("p", { className: "ds-quiet", textContent: emptyWords() }));
  };
  const emptyWords = () =>
    week !== 0 && daysOf(0).length
      ? "This week has no days of its own: it is trained as every week."
      : "No days yet. Add one, then search for its first exercise.";

  const drawDay = (day, days) => {
    const index = tree.days.indexOf(day);
    const place = days.indexOf(day);
    const path = `days.${index}`;
    const swap = (to) => {
      move(tree.days, index, tree.days.indexOf(days[to]));
      redrawn(`${to > place ? "later" : "earlier"}-${tree.days.indexOf(day)}`);
    };
    const earlier = button("←", "Earlier", () => swap(place - 1));
    const later = button("→", "Later", () => swap(place + 1));
    earlier.dataset.key = `earlier-${index}`;
    later.dataset.key = `later-${index}`;
    earlier.disabled ||= place === 0;
    later.disabled ||= place === days.length - 1;
    const copy = button("Copy", "Copy the day", () => {
      tree.days.splice(index + 1, 0, fresh(day));
      redrawn();
    });
    const remove = button("×", "Take the day out", () => {
      tree.days.splice(index, 1);
      redrawn();
    });
    const title = box(day, "title", { placeholder: `Day ${index + 1}`, ariaLabel: "Title of the day", className: "ds-input ds-title" });
    title.addEventListener("change", drawWeeks);
    const slots = make("div", { className: "ds-slots" }, ...day.slots.map((slot, n) => drawSlot(slot, n, day, `${path}.slots.${n}`)));
    const notes = box(day, "notes", { placeholder: "Notes for the day", ariaLabel: "Notes for the day" });
    const card = make("section", { className: "ds-day" }, make("header", {}, title, earlier, later, copy, remove), slots, search(day), notes);
    card.dataset.path = path;
    card.addEventListener("dragover", (event) => {
      if (dragged) event.preventDefault();
    });
    card.addEventListener("drop", (event) => {
      event.preventDefault();
      if (dragged) drop(day, placeAt(slots, event.clientY));
    });
    return card;
  };

  const placeAt = (slots, y) => {
    const cards = [...slots.children];
    const before = cards.findIndex((card) => {
      const { top, height } = card.getBoundingClientRect();
      return y < top + height / 2;
    });
    return before < 0 ? cards.length : before;
  };
  const drop = (day, place) => {
    const from = dragged.day.slots.indexOf(dragged.slot);
    dragged.day.slots.splice(from, 1);
    day.slots.splice(dragged.day === day && from < place ? place - 1 : place, 0, dragged.slot);
    dragged = null;
    redrawn();
  };

  // --- exercises ---

  const search = (day) => {
    const field = make("input", { type: "search", className: "ds-input", placeholder: "Add an exercise", ariaLabel: "Add an exercise" });
    field.disabled = !canChange;
    field.autocomplete = "off";
    field.dataset.key = `search-${tree.days.indexOf(day)}`;
    const found = make("div", { className: "ds-found", role: "listbox" });
    let asked = 0;
    const choose = (exercise) => {
      exercises[exercise.id] = exercise;
      const last = day.slots.at(-1)?.sets ?? [];
      const sets = last.filter((one) => one.week === null).map((one) => ({ ...newSet(), target_reps: one.target_reps, target_max_reps: one.target_max_reps }));
      day.slots.push({
        id: null, exercise_type: exercise.id, typed_name: "", superset_group: null, rest_s: null, progression: {}, notes: "",
        sets: sets.length ? sets : [newSet(), newSet(), newSet()],
      });
      redrawn(field.dataset.key);
    };
    field.addEventListener("input", async () => {
      const mine = ++asked;
      const text = field.value.trim();
      await new Promise((done) => setTimeout(done, 150));
      if (mine !== asked) return;
      const answer = text ? await fetch(`${given.search}?${new URLSearchParams({ q: text })}`) : null;
      const { found: rows } = answer?.ok ? await answer.json() : { found: [] };
      if (mine !== asked) return;
      found.replaceChildren(
        ...rows.map((row) => {
          const option = button(row.name, `Add ${row.name}`, () => choose(row), "ds-option");
          option.setAttribute("role", "option");
          return option;
        }),
      );
      if (text && !rows.length) found.append(make("p", { className: "ds-quiet", textContent: "Nothing published is called that." }));
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        found.querySelector("button")?.click();
      } else if (event.key === "Escape") {
        found.replaceChildren();
      }
    });
    return make("div", { className: "ds-search" }, field, found);
  };

  const drawSlot = (slot, place, day, path) => {
    const up = button("↑", "Up", () => shift(-1));
    const down = button("↓", "Down", () => shift(1));
    const shift = (by) => {
      move(day.slots, place, place + by);
      redrawn(`${by < 0 ? "up" : "down"}-${path.replace(/\d+$/, String(place + by))}`);
    };
    up.dataset.key = `up-${path}`;
    down.dataset.key = `down-${path}`;
    up.disabled ||= place === 0;
    down.disabled ||= place === day.slots.length - 1;
    const remove = button("×", "Take the exercise out", () => {
      day.slots.splice(place, 1);
      redrawn();
    });
    const name = exercises[slot.exercise_type]?.name ?? slot.exercise_type;
    const handle = make("span", { className: "ds-handle", textContent: "⠿", title: "Drag", ariaHidden: "true" });
    const add = button("Add a set", "Add a set", () => {
      const last = slot.sets.at(-1);
      slot.sets.push(last ? fresh(last) : newSet());
      redrawn(`add-${path}`);
    });
    add.dataset.key = `add-${path}`;
    const progression = window.dropsetSchemaForm(given.progressions, slot.progression, (value) => {
      slot.progression = value;
      summary.textContent = aboutSlot(slot);
      changed();
    });
    const summary = make("summary", { textContent: aboutSlot(slot) });
    const more = make(
      "details", { className: "ds-more" }, summary,
      make("div", { className: "ds-fields" },
        labelled("Superset", number(slot, "superset_group", "Group", { min: 1, max: 1000 })),
        labelled("Rest (s)", number(slot, "rest_s", "s", { min: 0 })),
        labelled("Called here", box(slot, "typed_name", { placeholder: name })),
        labelled("Notes", box(slot, "notes"))),
      progression,
    );
    if (!canChange) progression.querySelectorAll("input, select, button").forEach((one) => (one.disabled = true));
    const sets = make("div", { className: "ds-sets" }, ...slot.sets.map((one, n) => drawSet(one, n, slot, `${path}.sets.${n}`)));
    const card = make("article", { className: "ds-slot" }, make("header", {}, handle, make("h3", { textContent: name }), up, down, remove), sets, add, more);
    card.dataset.path = path;
    handle.addEventListener("pointerdown", () => (card.draggable = canChange));
    card.addEventListener("dragstart", (event) => {
      dragged = { day, slot };
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", name);
      card.classList.add("ds-dragged");
    });
    card.addEventListener("dragend", () => {
      dragged = null;
      card.draggable = false;
      card.classList.remove("ds-dragged");
    });
    return card;
  };
  const aboutSlot = (slot) => `More: ${slot.progression.kind ? slot.progression.kind.replaceAll("_", " ") : "no"} progression`;

  // --- sets ---

  const newSet = () => ({
    id: null, week: week || null, kind: "working", target_reps: 8, target_max_reps: null, target_load_kg: null, target_typed_load: null,
    target_typed_load_unit: "", target_percentage: null, target_reference: "", target_rpe: null, target_rir: null,
    target_duration_s: null, target_distance_m: null, rest_s: null, tempo: "", notes: "", side: "",
  });
  const KG_IN_LB = 0.45359237;
  const LOADS = [
    ["", "no load"], ["kg", "kg"], ["lb", "lb"], ["rpe", "RPE"], ["rir", "RIR"],
    ...given.references.map(([reference, label]) => [reference, `% ${label.toLowerCase()}`]),
  ];
  const loadOf = (one) => {
    if (one.target_reference) return [one.target_reference, one.target_percentage];
    if (one.target_rpe !== null) return ["rpe", one.target_rpe];
    if (one.target_rir !== null) return ["rir", one.target_rir];
    if (one.target_typed_load_unit === "lb") return ["lb", one.target_typed_load];
    return one.target_load_kg === null ? ["", null] : ["kg", one.target_load_kg];
  };
  const load = (one, way, value) => {
    Object.assign(one, {
      target_load_kg: null, target_typed_load: null, target_typed_load_unit: "", target_percentage: null, target_reference: "",
      target_rpe: null, target_rir: null,
    });
    if (way === "kg") one.target_load_kg = value;
    else if (way === "rpe" || way === "rir") one[`target_${way}`] = value;
    else if (way === "lb" && value !== null) {
      Object.assign(one, { target_typed_load: value, target_typed_load_unit: "lb", target_load_kg: (Number(value) * KG_IN_LB).toFixed(2) });
    } else if (way && way !== "lb") {
      Object.assign(one, { target_reference: way, target_percentage: value });
    }
    changed();
  };

  const drawSet = (one, place, slot, path) => {
    const [way, value] = loadOf(one);
    const amount = make("input", { type: "number", step: "any", min: 0, className: "ds-input", value: value ?? "", ariaLabel: "Load", disabled: !canChange });
    const ways = choice(way, LOADS, "Load in", (chosen) => {
      load(one, chosen, decimal(amount.value));
      amount.hidden = chosen === "";
      if (chosen) amount.focus();
    });
    amount.hidden = way === "";
    amount.addEventListener("input", () => load(one, ways.value, decimal(amount.value)));
    const kind = choice(one.kind, given.set_kinds, "Kind of set", (chosen) => {
      one.kind = chosen;
      changed();
    });
    const more = make("div", { className: "ds-fields", hidden: !(one.target_duration_s || one.target_distance_m || one.tempo || one.notes || one.side) },
      labelled("Duration (s)", number(one, "target_duration_s", "s", { min: 0 })),
      labelled("Distance (m)", number(one, "target_distance_m", "m", { min: 0, step: "any" })),
      labelled("Tempo", box(one, "tempo", { placeholder: "3-1-1-0" })),
      labelled("Side", choice(one.side, [["", "both"], ["left", "left"], ["right", "right"]], "Side", (chosen) => {
        one.side = chosen;
        changed();
      })),
      labelled("Notes", box(one, "notes")));
    const show = make("button", { type: "button", className: "ds-button ds-small", textContent: "⋯", ariaLabel: "More of this set", title: "More of this set" });
    show.addEventListener("click", () => (more.hidden = !more.hidden));
    const remove = button("×", "Take the set out", () => {
      slot.sets.splice(place, 1);
      redrawn();
    });
    const line = make("div", { className: "ds-set" },
      make("span", { className: "ds-count", textContent: String(place + 1) }), kind,
      number(one, "target_reps", "reps", { min: 0 }), number(one, "target_max_reps", "to", { min: 0 }), ways, amount,
      number(one, "rest_s", "rest s", { min: 0 }), number(one, "week", "week", { min: 1, title: "Empty: every week" }), show, remove);
    const whole = make("div", {}, line, more);
    whole.dataset.path = path;
    return whole;
  };

  // --- volume ---

  const isHard = (one) => given.hard.includes(one.kind);
  const setsIn = (slot, one) => {
    const its = slot.sets.filter((each) => one !== 0 && each.week === one);
    return its.length ? its : slot.sets.filter((each) => each.week === null);
  };
  const volumeOf = (one) => {
    const counted = new Map();
    const add = (slug, sets) => counted.set(slug, (counted.get(slug) ?? 0) + sets);
    (one === 0 ? daysOf(0) : shownIn(one)).forEach((day) =>
      day.slots.forEach((slot) => {
        const hard = setsIn(slot, one).filter(isHard).length;
        exercises[slot.exercise_type]?.primary.forEach((slug) => add(slug, hard));
        exercises[slot.exercise_type]?.secondary.forEach((slug) => add(slug, hard / 2));
      }),
    );
    return [...counted].filter(([, sets]) => sets > 0).sort((a, b) => b[1] - a[1]);
  };
  const drawVolume = () => {
    const rows = volumeOf(week);
    const most = Math.max(1, ...rows.map(([, sets]) => sets));
    const table = make("table", {}, ...rows.map(([slug, sets]) => {
      const bar = make("span", { className: "ds-bar-of" });
      bar.style.width = `${(sets / most) * 100}%`;
      return make("tr", {}, make("th", { scope: "row", textContent: muscles[slug] ?? slug }), make("td", { textContent: String(sets) }), make("td", {}, bar));
    }));
    part("volume").replaceChildren(
      make("h2", { textContent: "Hard sets a muscle" }),
      make("p", { className: "ds-quiet", textContent: `${nameOf(week)}. Secondary muscles count half; warm-ups do not count.` }),
      rows.length ? table : make("p", { className: "ds-quiet", textContent: "None yet." }),
    );
  };

  // --- saving ---

  const wordsOf = (path) => {
    const [, day, , slot, , one] = path.split(".");
    if (day === undefined || !path.startsWith("days.")) return path.replaceAll("_", " ").replaceAll(".", " ");
    const node = tree.days[day];
    const name = node?.title || `Day ${Number(day) + 1}`;
    const exercise = slot === undefined ? [] : [exercises[node?.slots[slot]?.exercise_type]?.name ?? "exercise"];
    return [name, ...exercise, ...(one === undefined ? [] : [`set ${Number(one) + 1}`])].join(", ");
  };
  const mark = (faults) => {
    const first = faults.find(({ path }) => path.startsWith("days."));
    if (first) {
      week = tree.days[first.path.split(".")[1]]?.week ?? 0;
      redraw();
    }
    const left = faults.filter(({ path, words }) => {
      const steps = path.split(".");
      for (let length = steps.length; length > 0; length -= 1) {
        const place = root.querySelector(`[data-path="${steps.slice(0, length).join(".")}"]`);
        if (!place) continue;
        place.append(make("p", { className: "ds-fault", textContent: words }));
        place.querySelector(`[data-field="${steps.slice(length).join(".")}"]`)?.setAttribute("aria-invalid", "true");
        return false;
      }
      return true;
    });
    return left.map(({ path, words }) => `${wordsOf(path)}: ${words}`).join(" ");
  };
  const refuse = (detail, faults = []) => {
    root.querySelectorAll("[data-path] > .ds-fault").forEach((one) => one.remove());
    const elsewhere = mark(faults);
    const refused = part("refused");
    refused.hidden = false;
    refused.textContent = `Not saved. ${detail} ${elsewhere}`;
    refused.scrollIntoView({ block: "center" });
    say("refused", "Not saved.");
  };
  const save = async () => {
    say("saving", "Saving...");
    const headers = { "Content-Type": "application/json", "X-CSRFToken": root.querySelector("[name=csrfmiddlewaretoken]").value };
    try {
      const answer = await fetch(location.href, { method: "POST", headers, body: JSON.stringify(tree) });
      const said = await answer.json();
      if (!answer.ok) return refuse(said.detail, said.faults);
      tree = said.tree;
    } catch {
      return refuse("The server did not answer as it should. Try it again.");
    }
    isDirty = false;
    part("refused").hidden = true;
    redraw();
    say("saved", "Saved.");
  };

  root.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault();
  });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });
  redraw();
})();
