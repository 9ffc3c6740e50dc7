// A form of a JSON Schema's parameters: numbers, choices, yes or no, objects of them, and lists of any of these.
"use strict";

window.dropsetSchemaForm = (() => {
  const make = (tag, values = {}, ...below) => {
    const made = Object.assign(document.createElement(tag), values);
    made.append(...below);
    return made;
  };
  const words = (name) => {
    const text = name.replaceAll("_", " ").replace(/ s$/, " (s)");
    return text.charAt(0).toUpperCase() + text.slice(1);
  };

  const without = ({ ...values }, name) => {
    delete values[name];
    return values;
  };

  // What a new one begins with.
  const first = (schema) => {
    if ("default" in schema) return structuredClone(schema.default);
    if (schema.enum) return schema.enum[0];
    if ("const" in schema) return schema.const;
    if (schema.type === "object") {
      return Object.fromEntries((schema.required ?? []).map((name) => [name, first(schema.properties[name])]));
    }
    if (schema.type === "array") return schema.minItems ? [first(schema.items)] : [];
    if (schema.type === "boolean") return false;
    if (schema.type === "string") return "";
    return schema.minimum ?? 0;
  };

  const box = (schema, value, label, write) => {
    if (schema.enum) {
      const select = make("select", { className: "ds-input", ariaLabel: label });
      schema.enum.forEach((one) => select.append(new Option(words(String(one)), one)));
      select.value = value;
      select.addEventListener("change", () => write(select.value));
      return select;
    }
    if (schema.type === "boolean") {
      const check = make("input", { type: "checkbox", checked: Boolean(value), ariaLabel: label });
      check.addEventListener("change", () => write(check.checked));
      return check;
    }
    if (schema.type === "string") {
      const text = make("input", { className: "ds-input", value: value ?? "", ariaLabel: label });
      text.addEventListener("input", () => write(text.value));
      return text;
    }
    const step = schema.type === "integer" ? "1" : "any";
    const { minimum: min = "", maximum: max = "" } = schema;
    const number = make("input", { type: "number", className: "ds-input", value: value ?? "", ariaLabel: label, step, min, max });
    number.addEventListener("input", () => write(number.value === "" ? undefined : Number(number.value)));
    return number;
  };

  const field = (schema, value, label, write) => {
    if (schema.type === "object") return object(schema, value ?? {}, write);
    if (schema.type === "array") return list(schema, value ?? [], label, write);
    return box(schema, value, label, write);
  };

  const object = (schema, value, write, left = []) => {
    const root = make("div", { className: "ds-parameters" });
    for (const [name, part] of Object.entries(schema.properties)) {
      if (left.includes(name)) continue;
      const label = words(name);
      const isNeeded = schema.required?.includes(name);
      const change = (next) => {
        if (next === undefined) delete value[name];
        else value[name] = next;
        write(value);
      };
      const line = make("div", { className: "ds-parameter" }, make("span", { textContent: label }));
      const isNested = part.type === "object" || part.type === "array";
      if (isNested && !isNeeded && !(name in value)) {
        const add = make("button", { type: "button", className: "ds-button", textContent: "Say it" });
        add.addEventListener("click", () => {
          change(first(part));
          add.replaceWith(field(part, value[name], label, change));
        });
        line.append(add);
      } else {
        line.append(field(part, value[name] ?? part.default, label, change));
      }
      root.append(line);
    }
    return root;
  };

  const list = (schema, value, label, write) => {
    const root = make("div", { className: "ds-several" });
    const draw = () => {
      root.replaceChildren();
      value.forEach((one, number) => {
        const change = (next) => {
          value[number] = next ?? first(schema.items);
          write(value);
        };
        const remove = make("button", { type: "button", className: "ds-remove", textContent: "×", ariaLabel: "Take out" });
        remove.addEventListener("click", () => {
          value.splice(number, 1);
          write(value);
          draw();
        });
        root.append(make("div", { className: "ds-one" }, field(schema.items, one, label, change), remove));
      });
      const add = make("button", { type: "button", className: "ds-button", textContent: "Add" });
      add.addEventListener("click", () => {
        value.push(first(schema.items));
        write(value);
        draw();
      });
      root.append(add);
    };
    draw();
    return root;
  };

  // kinds: {kind: {words, schema}}. write gets {} where nothing changes by itself.
  // none: what no kind is called.
  return (kinds, progression, write, label = "Progression", none = "Nothing changes by itself") => {
    const root = make("div", { className: "ds-progression" });
    const draw = () => {
      const kind = make("select", { className: "ds-input", ariaLabel: label });
      kind.append(new Option(none, ""));
      Object.keys(kinds).forEach((name) => kind.append(new Option(words(name), name)));
      kind.value = progression.kind ?? "";
      kind.addEventListener("change", () => {
        const chosen = kinds[kind.value];
        progression = chosen ? { kind: kind.value, ...without(first(chosen.schema), "kind") } : {};
        write(progression);
        draw();
        root.querySelector("select").focus();
      });
      root.replaceChildren(kind);
      const chosen = kinds[progression.kind];
      if (!chosen) return;
      root.append(make("p", { className: "ds-quiet", textContent: chosen.words }));
      root.append(object(chosen.schema, progression, write, ["kind"]));
    };
    draw();
    return root;
  };
})();
