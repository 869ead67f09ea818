// The form: counts, estimates, remembers the draft, and sends.

import { createVideo, key, randomKey } from "./api.js";
import { byId, setText } from "./dom.js";
import { speechSeconds } from "./estimate.js";
import { number } from "./format.js";

const DRAFT = "draft";
const form = byId("composer");
const script = byId("script");
const limits = {
  characters: Number(document.body.dataset.maxCharacters),
  seconds: Number(document.body.dataset.maxSpeechS),
};

const chosen = (name) => form.querySelector(`[name="${name}"]:checked`);

/** What the form asks for now, in the words of POST /generate-video. */
function request() {
  const language = byId("language").value;
  return {
    script: script.value,
    template: chosen("template").value,
    presenter: chosen("presenter").value,
    aspect: chosen("aspect").value,
    resolution: chosen("resolution").value,
    captions: form.elements.captions.checked,
    enhance: form.elements.enhance.checked,
    approve_script: form.elements.approve_script.checked,
    scenes: Number(byId("scenes").value),
    ...(language && { language }),
  };
}

function measure() {
  const characters = [...script.value].length;
  const spoken = characters === 0 ? 0 : speechSeconds(script.value);
  const filled = Math.max(characters / limits.characters, spoken / limits.seconds);
  const estimate = byId("script-estimate");
  setText(byId("script-count"), number(characters));
  setText(
    estimate,
    characters === 0
      ? `up to ${limits.seconds} seconds of speech`
      : `about ${Math.max(1, Math.round(spoken))} of ${limits.seconds} seconds`,
  );
  estimate.classList.toggle("over", spoken > limits.seconds);
  byId("script-count").parentElement.classList.toggle("over", characters > limits.characters);
  const box = script.closest(".script-box");
  box.dataset.over = String(filled > 1);
  byId("meter-fill").style.setProperty("--filled", Math.min(1, filled));
}

function summarise() {
  const { templateName, presenterName, aspect } = look();
  setText(byId("summary"), `${presenterName} in ${templateName}, ${aspect}, ${chosen("resolution").value}`);
}

function clearErrors() {
  byId("form-error").hidden = true;
  for (const line of form.querySelectorAll(".field-error")) line.hidden = true;
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
}

/** Shows a sentence at the field it is about, and goes there; at the button when it is about none. */
function showError(message, field) {
  const line = field && form.querySelector(`[data-error-for="${CSS.escape(field)}"]`);
  if (!line) {
    const box = byId("form-error");
    setText(box, message);
    box.hidden = false;
    return;
  }
  setText(line, message);
  line.hidden = false;
  const control = byId(field) ?? chosen(field) ?? form.elements[field];
  control?.setAttribute("aria-invalid", "true");
  control?.focus();
}

function explain(problem) {
  if (problem.status === 401 || problem.status === 403) {
    byId("key-field").hidden = false;
    return showError(problem.message, "api-key");
  }
  if (problem.status === 0) return showError("The server does not answer. Your script is kept; try again in a moment.");
  return showError(problem.message, problem.field);
}

function busy(state) {
  byId("submit").setAttribute("aria-disabled", String(state));
  setText(byId("submit-label"), state ? "Sending…" : "Make the video");
}

// The same words sent twice by an impatient hand are one video; changed or finished, they are a new one.
let sent = { body: null, key: null };

async function submit(onCreated) {
  if (byId("submit").getAttribute("aria-disabled") === "true") return;
  clearErrors();
  if (!script.value.trim()) return showError("Write a script first, or try one of the samples.", "script");
  const body = request();
  const text = JSON.stringify(body);
  if (sent.body !== text) sent = { body: text, key: randomKey() };
  busy(true);
  try {
    const created = await createVideo(body, sent.key);
    sent = { body: null, key: null };
    onCreated(created.id);
  } catch (problem) {
    explain(problem);
  } finally {
    busy(false);
  }
}

/** Puts a script and its look into the form, to be changed and made anew. */
export function fill({ script: text, template, presenter, aspect }) {
  script.value = text;
  for (const [name, value] of Object.entries({ template, presenter, aspect })) {
    const radio = value && form.querySelector(`[name="${name}"][value="${CSS.escape(value)}"]`);
    if (radio) radio.checked = true;
  }
  script.dispatchEvent(new Event("input", { bubbles: true }));
  form.dispatchEvent(new Event("change", { bubbles: true }));
  script.focus();
}

/** The look as chosen now: what the preview shows. */
export function look() {
  const template = chosen("template");
  const presenter = chosen("presenter");
  return {
    template: template.value,
    templateName: template.dataset.name,
    templateNote: template.dataset.note,
    presenter: presenter.value,
    presenterName: presenter.dataset.name,
    presenterNote: presenter.dataset.note,
    aspect: chosen("aspect").value,
  };
}

/** Wires the form. `onLook()` is called when the preview should change, `onCreated(id)` after a job was accepted. */
export function setUpComposer({ onLook, onCreated }) {
  let presenterChosen = false;
  try {
    script.value = sessionStorage.getItem(DRAFT) ?? script.value;
  } catch {
    // a draft that cannot be kept is no reason not to write one
  }
  form.addEventListener("change", (event) => {
    if (event.target.name === "presenter") presenterChosen = true;
    if (event.target.name === "template" && !presenterChosen) {
      const own = form.querySelector(`[name="presenter"][value="${CSS.escape(event.target.dataset.presenter)}"]`);
      if (own) own.checked = true;
    }
    summarise();
    onLook();
  });
  script.addEventListener("input", () => {
    measure();
    try {
      sessionStorage.setItem(DRAFT, script.value);
    } catch {
      // as above
    }
    if (script.getAttribute("aria-invalid")) clearErrors();
  });
  for (const sample of form.querySelectorAll("[data-sample]")) {
    sample.addEventListener("click", () => {
      script.value = sample.dataset.sample;
      script.dispatchEvent(new Event("input", { bubbles: true }));
      script.focus();
    });
  }
  byId("api-key").value = key.get();
  byId("api-key").addEventListener("change", (event) => {
    key.set(event.target.value.trim());
    document.dispatchEvent(new CustomEvent("keychange"));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(onCreated);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  measure();
  summarise();
}
