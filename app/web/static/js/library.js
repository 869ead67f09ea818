// The list of jobs: newest first, kept fresh while something is under way.

import { Problem, cancelJob, jobPage, retryJob } from "./api.js";
import { byId, element, icon, setText } from "./dom.js";
import { STATUS, ago, clock, headline, isFinal } from "./format.js";
import { jobOf } from "./job.js";

const PAGE = 12;
const BUSY_MS = 3_000;
const CALM_MS = 20_000;

const list = byId("jobs");
let jobs = [];
let total = 0;
let olderCursor = null;
let current = null;
let timer = null;
let actions = null;

function button(label, name, act, job) {
  const made = element(
    "button",
    { type: "button", className: "button button-quiet button-small", "data-act": act },
    icon(name),
    label,
    element("span", { className: "visually-hidden" }, `: ${headline(job.script)}`),
  );
  return made;
}

function actionsOf(job) {
  if (job.status === "failed") return [button("Retry", "again", "retry", job)];
  if (job.status === "cancelled") return [button("Go on", "again", "retry", job)];
  if (job.status === "waiting_approval") return [button("Review", "hand", "open", job), button("Cancel", "cross", "cancel", job)];
  if (!isFinal(job.status)) return [button("Cancel", "cross", "cancel", job)];
  const save = element(
    "a",
    { className: "button button-quiet button-small", href: job.video, download: `${job.id}.mp4` },
    icon("down"),
    "MP4",
    element("span", { className: "visually-hidden" }, `: ${headline(job.script)}`),
  );
  return [save];
}

function drawn(job) {
  const source = job.poster ?? `/catalog/templates/${encodeURIComponent(job.template)}.webp`;
  const picture = element("img", { src: source, alt: "", loading: "lazy", decoding: "async" });
  if (job.poster && job.aspect !== "16:9") picture.dataset.fit = "whole";
  const running = job.status === "processing" || job.status === "queued";
  return element(
    "li",
    { className: "job", "data-id": job.id, "data-status": job.status },
    element("span", { className: "job-picture" }, picture),
    element(
      "div",
      { className: "job-main" },
      element("a", { className: "job-open", href: `/?job=${job.id}`, dir: "auto" }, headline(job.script)),
      element(
        "div",
        { className: "job-meta" },
        element("span", { className: "pill", "data-status": job.status }, STATUS[job.status]),
        element("time", { dateTime: job.createdAt, title: new Date(job.createdAt).toLocaleString() }, ago(job.createdAt)),
        job.durationS ? element("span", {}, clock(job.durationS)) : null,
        running ? element("span", { className: "job-step" }, job.step) : null,
      ),
      running ? element("progress", { max: 100, value: job.progress, "aria-label": "Progress" }) : null,
      job.status === "failed"
        ? element("p", { className: "job-failure" }, job.error, job.remedy ? element("span", {}, ` ${job.remedy}`) : null)
        : null,
    ),
    element("div", { className: "actions" }, ...actionsOf(job)),
  );
}

// Links are signed anew at each reading, so they are no part of it.
const face = (job) => JSON.stringify([job.status, job.script, job.error, Boolean(job.poster)]);

/** Draws the list; lines whose face is the same are only touched up, so that focus and pictures stay. */
function draw() {
  const known = new Map([...list.querySelectorAll(".job[data-id]")].map((line) => [line.dataset.id, line]));
  const focused = document.activeElement?.closest?.(".job")?.dataset.id;
  const lines = jobs.map((job) => {
    const line = known.get(job.id);
    if (!line || line.dataset.face !== face(job)) {
      const fresh = drawn(job);
      fresh.dataset.face = face(job);
      return fresh;
    }
    const bar = line.querySelector("progress");
    if (bar) bar.value = job.progress;
    const step = line.querySelector(".job-step");
    if (step) setText(step, job.step);
    setText(line.querySelector("time"), ago(job.createdAt));
    const save = line.querySelector("a[download]");
    if (save) save.href = job.video;
    return line;
  });
  if (lines.length !== list.children.length || lines.some((line, index) => line !== list.children[index])) {
    list.replaceChildren(...lines);
    if (focused && !list.contains(document.activeElement)) {
      list.querySelector(`[data-id="${CSS.escape(focused)}"] :is(.actions button, .actions a, .job-open)`)?.focus();
    }
  }
  list.hidden = jobs.length === 0;
  byId("library-empty").hidden = jobs.length > 0;
  setText(byId("library-count"), total ? String(total) : "");
  byId("library-more").hidden = !olderCursor;
  mark(current);
}

/** Marks the job that the monitor shows. */
export function mark(id) {
  current = id;
  for (const line of list.querySelectorAll(".job[data-id]")) {
    if (line.dataset.id === id) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
  }
}

function fail(message) {
  const line = byId("library-error");
  line.hidden = !message;
  setText(line, message ?? "");
}

/** Asks for the newest page and keeps older ones that were shown. Resolves when drawn. */
export async function refresh() {
  clearTimeout(timer);
  try {
    const page = await jobPage(null, PAGE);
    const newest = page.jobs.map(jobOf);
    const ids = new Set(newest.map((job) => job.id));
    const older = jobs.length > PAGE ? jobs.filter((job) => !ids.has(job.id) && job.id < newest.at(-1)?.id) : [];
    if (older.length === 0) olderCursor = page.next_cursor;
    jobs = [...newest, ...older];
    total = page.total;
    fail(null);
    actions.onAway(false);
    draw();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 0) actions.onAway(true);
    else fail(problem.message);
    if (jobs.length === 0 && problem.status !== 0) list.hidden = true;
  } finally {
    list.setAttribute("aria-busy", "false");
    const busy = jobs.some((job) => !isFinal(job.status) && job.status !== "waiting_approval");
    timer = setTimeout(() => (document.hidden ? later() : refresh()), busy ? BUSY_MS : CALM_MS);
  }
}

function later() {
  document.addEventListener("visibilitychange", refresh, { once: true });
}

async function older() {
  try {
    const page = await jobPage(olderCursor, PAGE);
    const first = jobs.length;
    jobs = [...jobs, ...page.jobs.map(jobOf)];
    olderCursor = page.next_cursor;
    draw();
    list.children[first]?.querySelector(".job-open").focus();
  } catch (problem) {
    fail(problem.message);
  }
}

/** Wires the list. `onOpen(id)` shows a job in the monitor. */
export function setUpLibrary({ onOpen, onAway }) {
  actions = { onOpen, onAway };
  list.addEventListener("click", async (event) => {
    const line = event.target.closest(".job[data-id]");
    if (!line) return;
    if (event.target.closest(".job-open")) {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      onOpen(line.dataset.id);
      return;
    }
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (!act) return;
    if (act === "open") return onOpen(line.dataset.id);
    try {
      await (act === "retry" ? retryJob : cancelJob)(line.dataset.id);
      fail(null);
      if (act === "retry") onOpen(line.dataset.id);
    } catch (problem) {
      fail(problem.message);
    }
    refresh();
  });
  byId("library-more").addEventListener("click", older);
  refresh();
}
