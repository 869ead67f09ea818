// The list of steps: what is done, what runs, what failed, and how long each took.

import { byId, element, icon, setText } from "./dom.js";
import { elapsed, stageName } from "./format.js";

const MARKS = { completed: "check", failed: "cross", cancelled: "cross", waiting: "hand" };
const WORDS = {
  pending: "to come",
  queued: "next",
  running: "running",
  completed: "done",
  failed: "failed",
  cancelled: "cancelled",
  waiting: "waits for you",
};

function drawn(step) {
  const mark = MARKS[step.status];
  return element(
    "li",
    { className: "step", "data-status": step.status, "data-key": step.key },
    element("span", { className: "step-dot", "aria-hidden": "true" }, mark ? icon(mark) : null),
    element(
      "span",
      {},
      stageName(step),
      element("span", { className: "visually-hidden" }, ` — ${WORDS[step.status] ?? step.status}`),
    ),
    element("span", { className: "step-time" }, timeOf(step)),
    step.attempt > 1 ? element("span", { className: "step-note" }, `Attempt ${step.attempt}`) : null,
  );
}

function timeOf(step) {
  if (step.seconds !== null) return elapsed(step.seconds);
  if (step.status === "running" && step.startedAt) {
    return elapsed(Math.max(0, (Date.now() - Date.parse(step.startedAt)) / 1000));
  }
  return step.status === "waiting" ? "waits for you" : "";
}

/** Draws the steps; a line that did not change is left alone, so that nothing flickers. */
export function drawSteps(steps) {
  const list = byId("steps");
  const known = new Map([...list.children].map((line) => [line.dataset.key, line]));
  const lines = steps.map((step) => {
    const line = known.get(step.key);
    if (line && line.dataset.status === step.status && line.dataset.attempt === String(step.attempt)) {
      setText(line.querySelector(".step-time"), timeOf(step));
      return line;
    }
    const fresh = drawn(step);
    fresh.dataset.attempt = step.attempt;
    return fresh;
  });
  if (lines.length !== list.children.length || lines.some((line, index) => line !== list.children[index])) {
    list.replaceChildren(...lines);
  }
}
