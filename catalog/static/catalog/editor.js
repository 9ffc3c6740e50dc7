// What the editors of the console do beyond their forms, which work without it.
"use strict";

(() => {
  const each = (root, selector, act) => root.querySelectorAll(selector).forEach(act);

  // --- rows: more of them, and fewer ---

  const readRows = (root) => {
    const list = root.querySelector("[data-list]");
    const template = root.querySelector(":scope > template");
    let next = list.children.length;
    const show = (row) => {
      const remove = row.querySelector("[data-remove]");
      remove.hidden = false;
      remove.addEventListener("click", () => {
        row.remove();
        root.dispatchEvent(new Event("input", { bubbles: true }));
      });
      if (root.hasAttribute("data-preview")) preview(row);
    };
    const add = () => {
      const made = document.createElement("div");
      made.innerHTML = template.innerHTML.replaceAll("__row__", String(next++));
      const row = made.firstElementChild;
      list.append(row);
      show(row);
      return row;
    };
    each(list, "[data-blank]", (row) => row.remove());
    each(list, "[data-row]", show);
    const button = root.querySelector("[data-add]");
    button.hidden = false;
    button.addEventListener("click", () => add().querySelector("input, select").focus());
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault(); // Enter writes on; it does not send the form
      button.click();
    });
  };

  // What an address leads to: a link, and an image once somebody asks for it.
  const preview = (row) => {
    const address = row.querySelector("input[type=url]");
    const shown = row.querySelector("[data-shown]");
    const kind = row.querySelector("select");
    const draw = () => {
      shown.replaceChildren();
      if (!/^https?:\/\/\S+\.\S+$/.test(address.value)) return;
      const link = document.createElement("a");
      Object.assign(link, { href: address.value, target: "_blank", rel: "noopener noreferrer", textContent: "Open" });
      shown.append(link);
      if (kind?.value !== "image" && kind?.value !== "animation") return;
      const show = document.createElement("button");
      Object.assign(show, { type: "button", className: "ds-button", textContent: "Show it" });
      show.style.marginLeft = "8px";
      show.addEventListener("click", () => {
        const image = document.createElement("img");
        Object.assign(image, { referrerPolicy: "no-referrer", alt: "", src: address.value });
        image.addEventListener("error", () => image.replaceWith("There is no image at this address."));
        show.replaceWith(document.createElement("br"), image);
      });
      shown.append(show);
    };
    row.addEventListener("change", draw);
    draw();
  };

  // --- muscles on the body ---

  const readBody = (picture) => {
    const boxes = (kind) => [...document.querySelectorAll(`[data-muscles="${kind}"] input[type=checkbox]`)];
    const box = (kind, slug) => boxes(kind).find((one) => one.value === slug);
    const draw = () =>
      each(picture, "[data-muscle]", (shape) => {
        const slug = shape.dataset.muscle;
        const first = box("primary", slug)?.checked;
        shape.classList.toggle("ds-primary", Boolean(first));
        shape.classList.toggle("ds-secondary", !first && Boolean(box("secondary", slug)?.checked));
      });
    each(picture, "[data-muscle]", (shape) => {
      const [first, second] = ["primary", "secondary"].map((kind) => box(kind, shape.dataset.muscle));
      shape.toggleAttribute("hidden", !first);
      shape.addEventListener("click", () => {
        if (!first || !second) return;
        [first.checked, second.checked] = [!first.checked && !second.checked, first.checked];
        draw();
      });
    });
    // A muscle is one or the other.
    ["primary", "secondary"].forEach((kind, n, kinds) =>
      boxes(kind).forEach((one) =>
        one.addEventListener("change", () => {
          const other = box(kinds[1 - n], one.value);
          if (one.checked && other) other.checked = false;
          draw();
        }),
      ),
    );
    each(picture.parentElement, "[data-needs-script]", (hint) => (hint.hidden = false));
    draw();
  };

  // --- nutrients: the search and the label ---

  const readNutrients = (root) => {
    const search = root.querySelector("[data-search]");
    search.hidden = false;
    search.addEventListener("input", () => {
      const words = search.value.toLowerCase().split(/\s+/);
      each(root, "[data-line]", (line) => (line.hidden = !words.every((word) => line.dataset.line.includes(word))));
      each(root, "[data-group]", (group) => (group.hidden = !group.querySelector("[data-line]:not([hidden])")));
    });
    search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    const label = root.querySelector("[data-label]");
    if (label) readLabel(root, label);
  };

  const readLabel = (root, label) => {
    const portions = document.getElementById("id_portions");
    const chosen = label.querySelector("[data-portion]");
    const box = (slug) => root.querySelector(`[data-slug="${slug}"]`);
    const amount = (slug) => {
      const text = box(slug)?.value.trim().replace(",", ".") ?? "";
      return text === "" || Number.isNaN(Number(text)) ? null : Number(text);
    };
    const energy = () => {
      for (const slug of ["energy", "energy-atwater-specific", "energy-atwater-general"]) {
        if (amount(slug) !== null) return amount(slug);
      }
      const [protein, carbohydrate, fat] = ["protein", "carbohydrate", "fat"].map(amount);
      if (protein === null || carbohydrate === null || fat === null) return null;
      return protein * 4 + carbohydrate * 4 + fat * 9 + (amount("alcohol") ?? 0) * 7;
    };
    const text = (value, unit) => (value === null ? "?" : `${Number(value.toPrecision(3))} ${unit}`);
    const drawPortions = () => {
      const before = chosen.value;
      chosen.replaceChildren();
      each(portions ?? document.createElement("div"), "[data-row]", (row) => {
        const [name, grams] = row.querySelectorAll("input");
        if (name.value && Number(grams.value) > 0) {
          chosen.append(new Option(`${name.value} (${grams.value} g)`, `${name.value}|${grams.value}`));
        }
      });
      if ([...chosen.options].some((option) => option.value === before)) chosen.value = before;
      chosen.hidden = !chosen.options.length;
    };
    const draw = () => {
      drawPortions();
      const grams = chosen.value ? Number(chosen.value.split("|").pop()) : null;
      each(label, "[data-fact]", (line) => {
        const slug = line.dataset.fact;
        const value = slug === "energy" ? energy() : amount(slug);
        const unit = slug === "energy" ? "kcal" : (box(slug)?.dataset.unit ?? "g");
        const [name, whole, part] = line.children;
        name.textContent = box(slug)?.dataset.called ?? slug;
        whole.textContent = text(value, unit);
        part.textContent = grams === null ? "" : text(value === null ? null : (value * grams) / 100, unit);
      });
      const boxes = [...root.querySelectorAll("[data-slug]")];
      label.querySelector("[data-known]").textContent = boxes.filter((one) => one.value.trim() !== "").length;
      const heavy = ["protein", "fat", "carbohydrate", "water", "alcohol"].reduce((sum, slug) => sum + (amount(slug) ?? 0), 0);
      const doubt = label.querySelector("[data-doubt]");
      doubt.hidden = heavy <= 103;
      doubt.textContent = `These weigh ${heavy.toFixed(1)} g together: more than the 100 g that they are in.`;
    };
    root.addEventListener("input", draw);
    portions?.addEventListener("input", draw);
    draw();
  };

  // --- texts with a preview ---

  const readText = (root) => {
    const box = root.querySelector("textarea");
    const rendered = root.querySelector("[data-rendered]");
    const tabs = [...root.querySelectorAll("[role=tab]")];
    root.querySelector("[role=tablist]").hidden = false;
    const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
    const choose = async (tab) => {
      const isPreview = tab === tabs[1];
      tabs.forEach((one) => one.setAttribute("aria-selected", String(one === tab)));
      box.hidden = isPreview;
      rendered.hidden = !isPreview;
      if (!isPreview) return;
      rendered.textContent = "...";
      const body = new URLSearchParams({ text: box.value, csrfmiddlewaretoken: token() });
      const answer = await fetch(root.dataset.text, { method: "POST", body, credentials: "same-origin" });
      if (answer.ok) rendered.innerHTML = await answer.text(); // the server made it safe
      else rendered.textContent = "This could not be shown.";
    };
    tabs.forEach((tab) => tab.addEventListener("click", () => choose(tab)));
    rendered.hidden = true;
  };

  // --- outcomes of rules: the boxes of their kind ---

  const readOutcome = (root) => {
    const text = root.querySelector("textarea");
    const kinds = JSON.parse(root.querySelector("script").textContent);
    let outcome;
    try {
      outcome = JSON.parse(text.value || "{}");
    } catch {
      return; // what somebody wrote by hand stays to be mended
    }
    const write = (value) => (text.value = JSON.stringify(value));
    root.append(window.dropsetSchemaForm(kinds, outcome, write, "Outcome", "Still to be written"));
    text.hidden = true;
  };

  const read = (root) => {
    each(root, "[data-outcome]", readOutcome);
    each(root, "[data-rows]", readRows);
    each(root, ".ds-body-picture", readBody);
    each(root, "[data-nutrients]", readNutrients);
    each(root, "[data-text]", readText);
  };

  document.addEventListener("DOMContentLoaded", () => read(document));
  document.addEventListener("formset:added", (event) => {
    // A form more, by unfold's script, which has it closed.
    read(event.target);
    setTimeout(() => event.target.querySelector("h3.cursor-pointer strong")?.click());
  });
})();
