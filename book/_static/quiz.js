// Checks the questions of a page. What it shows is already there, folded.
(() => {
  const asNumber = (text) => {
    const plain = text.replace(/[\s\u00a0]/g, "").replace("\u2212", "-");
    if (plain === "") return NaN;
    const grouped = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain);
    return Number(plain.replace(/,/g, grouped ? "" : "."));
  };

  // The entry for a typed number; the last one stands for all other numbers.
  const typed = (form, entries, text) => {
    const number = asNumber(text);
    if (Number.isNaN(number)) return [];
    const within = Math.max(Number(form.dataset.within), 1e-9);
    const near = ({ dataset: { value } }) =>
      Math.abs(number - value) <= within * Math.abs(value);
    return [entries.find(near) ?? entries.at(-1)];
  };

  const answered = (form, entries) => {
    const field = form.querySelector(".quiz-number input");
    if (field) return typed(form, entries, field.value);
    const inputs = form.querySelectorAll(".quiz-choices input");
    return entries.filter((_, k) => inputs[k].checked);
  };

  const note = (text) => {
    const line = document.createElement("p");
    line.textContent = text;
    return line;
  };

  const copied = (entry) => {
    const box = document.createElement("div");
    box.dataset.verdict = entry.dataset.verdict;
    box.append(...entry.cloneNode(true).childNodes);
    box.querySelectorAll("[id]").forEach((part) => part.removeAttribute("id"));
    return box;
  };

  const clear = (form) => {
    form.querySelector(".quiz-feedback").replaceChildren();
  };

  const check = (form) => {
    const entries = [...form.querySelectorAll("details > ul > li")];
    const given = answered(form, entries);
    const right = (entry) => entry.dataset.verdict === "right";
    const several = form.querySelector("input[type=checkbox]");
    const parts = given.map(copied);
    if (given.length === 0) parts.push(note(form.dataset.empty));
    else if (several && given.every(right)
      && given.length < entries.filter(right).length)
      parts.push(note(form.dataset.more));
    form.querySelector(".quiz-feedback").replaceChildren(...parts);
  };

  const ready = () => {
    for (const form of document.querySelectorAll("form.quiz")) {
      form.querySelector("fieldset").disabled = false;
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        check(form);
      });
      form.addEventListener("input", () => clear(form));
    }
  };

  if (document.readyState === "loading")
    document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
