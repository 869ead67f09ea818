// The monitor: the chosen look before, the progress during, the video or the failure after.

import { announce, byId, setText } from "./dom.js";
import { STATUS, headline, isFinal } from "./format.js";
import { hideVideo, showVideo } from "./player.js";
import { drawSteps } from "./steps.js";

const monitor = byId("monitor");
const PANELS = {
  idle: ["idle-note"],
  running: ["panel-running", "steps-box", "running-actions"],
  approval: ["panel-approval", "steps-box"],
  done: ["panel-done", "steps-box"],
  failed: ["panel-failed", "steps-box"],
  cancelled: ["panel-failed", "steps-box"],
};
const STATES = {
  queued: "running",
  processing: "running",
  waiting_approval: "approval",
  completed: "done",
  failed: "failed",
  cancelled: "cancelled",
};

function enter(state) {
  const changed = monitor.dataset.state !== state;
  monitor.dataset.state = state;
  for (const id of new Set(Object.values(PANELS).flat())) byId(id).hidden = !PANELS[state].includes(id);
  return changed;
}

function picture(source) {
  const image = byId("screen-picture");
  if (image.getAttribute("src") === source) return;
  image.dataset.changing = "true";
  image.src = source;
  image.decode().then(
    () => delete image.dataset.changing,
    () => delete image.dataset.changing, // a picture that does not load leaves the matte, which is fine
  );
}

const previewOf = (template, presenter, aspect) =>
  `/catalog/templates/${encodeURIComponent(template)}.webp?${new URLSearchParams({ presenter, aspect })}`;

function frame(aspect) {
  byId("screen").dataset.aspect = aspect;
}

/** Before there is a job: the look as it is chosen. */
export function showLook(look) {
  hideVideo();
  enter("idle");
  setText(byId("monitor-title"), "Preview");
  byId("monitor-status").hidden = true;
  byId("monitor-close").hidden = true;
  byId("monitor-error").hidden = true;
  frame(look.aspect);
  picture(previewOf(look.template, look.presenter, look.aspect));
  byId("screen-picture").alt = `${look.templateName} with ${look.presenterName}`;
  setText(byId("idle-note"), `${look.templateNote} ${look.presenterName}: ${look.presenterNote}`);
}

function showRunning(job) {
  const percent = `${job.progress}%`;
  setText(byId("screen-percent"), percent);
  setText(byId("screen-step"), job.status === "queued" ? "Waiting for its turn…" : job.step);
  setText(byId("progress-label"), job.status === "queued" ? "Waiting for its turn…" : job.step);
  byId("progress").value = job.progress;
  setText(byId("progress-eta"), job.etaS ? `About ${Math.max(1, Math.round(job.etaS))} s left` : `${percent} done`);
}

function showApproval(job, entered) {
  const text = byId("approval-script");
  if (entered || text.dataset.job !== job.id) {
    text.value = job.script;
    text.defaultValue = job.script;
    text.dataset.job = job.id;
    byId("approval-error").hidden = true;
    labelApproval();
  }
}

/** The button says whether it sends the script as it was or as it was changed. */
export function labelApproval() {
  const text = byId("approval-script");
  setText(byId("approve-label"), text.value === text.defaultValue ? "Approve" : "Save and approve");
}

function showFailure(job) {
  const cancelled = job.status === "cancelled";
  setText(byId("failure-message"), cancelled ? "You cancelled this video." : (job.error ?? "This video failed."));
  setText(byId("failure-remedy"), cancelled ? "What was finished is kept; it can go on from there." : (job.remedy ?? ""));
  setText(byId("failure-code"), job.code ?? "");
  setText(byId("retry-label"), cancelled ? "Go on" : "Retry");
  byId("failure-remedy").hidden = !byId("failure-remedy").textContent;
}

const SENTENCES = {
  waiting_approval: () => "The script waits for your approval.",
  completed: () => "Your video is ready.",
  failed: (job) => `The video failed. ${job.error ?? ""}`,
  cancelled: () => "Cancelled.",
};

/** Shows a job as it stands. */
export function showJob(job) {
  const state = STATES[job.status];
  const entered = enter(state) || monitor.dataset.job !== job.id;
  const step = `${job.id} ${job.status} ${job.step}`;
  if (monitor.dataset.step !== step) {
    monitor.dataset.step = step;
    announce(SENTENCES[job.status]?.(job) ?? `${job.step} ${job.progress} percent.`);
  }
  monitor.dataset.job = job.id;
  setText(byId("monitor-title"), headline(job.script));
  byId("monitor-title").title = headline(job.script);
  const pill = byId("monitor-status");
  pill.hidden = false;
  pill.dataset.status = job.status;
  setText(pill, STATUS[job.status]);
  byId("monitor-close").hidden = false;
  frame(job.aspect);
  byId("screen-picture").alt = "";
  if (job.poster && isFinal(job.status)) picture(job.poster);
  else picture(previewOf(job.template, job.presenter ?? "", job.aspect));
  if (state === "done") showVideo(job);
  else hideVideo();
  if (state === "running") showRunning(job);
  if (state === "approval") showApproval(job, entered);
  if (state === "failed" || state === "cancelled") showFailure(job);
  if (job.steps) drawSteps(job.steps);
  if (entered) byId("steps-box").open = state !== "done" && state !== "approval";
}

/** A request about the job shown that did not work out. */
export function showMonitorError(message) {
  const line = byId("monitor-error");
  line.hidden = !message;
  setText(line, message ?? "");
}

/** Brings the monitor into view and hands it the keyboard. */
export function focusMonitor() {
  byId("monitor-title").focus({ preventScroll: true });
  const box = monitor.getBoundingClientRect();
  if (box.top < 0 || box.top > innerHeight * 0.6) monitor.scrollIntoView({ behavior: "smooth", block: "start" });
}
