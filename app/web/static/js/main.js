// The studio page: joins form, monitor and list, and keeps the address in step (`/?job=vid_…`).

import { Problem, cancelJob, decide, jobDetail, retryJob } from "./api.js";
import { fill, look, setUpComposer } from "./composer.js";
import { byId, setText } from "./dom.js";
import { follow } from "./events.js";
import { isFinal } from "./format.js";
import { jobOf } from "./job.js";
import { mark, refresh, setUpLibrary } from "./library.js";
import { focusMonitor, labelApproval, showJob, showLook, showMonitorError } from "./monitor.js";

const CALM_MS = 250;

let shown = null; // the job in the monitor
let stop = () => {};
let asking = false;
let askAgain = false;

function away(state) {
  byId("away").hidden = !state;
}

/** Reads the job and shows it. Events come faster than answers: one request at a time, and one more after it. */
async function load(id) {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  try {
    const job = jobOf(await jobDetail(id));
    if (shown?.id !== id) return;
    const before = shown.status;
    shown = job;
    away(false);
    showJob(job);
    if (isFinal(job.status)) stop();
    if (before !== job.status) refresh();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (shown?.id !== id) return;
    if (problem.status === 0) away(true);
    else if (problem.status === 404) leave("There is no such video, or it belongs to someone else.");
    else showMonitorError(problem.message);
  } finally {
    asking = false;
    if (askAgain) {
      askAgain = false;
      setTimeout(() => shown && load(shown.id), CALM_MS);
    }
  }
}

function watch(id) {
  stop();
  stop = follow(id, {
    onAway: away,
    onChange: (status) => {
      // a polled answer shows at once; the steps follow when something moved
      if (status && shown?.id === id && status.status === shown.status && status.current_step === shown.rawStep) {
        showJob({ ...jobOf(status), steps: null });
      } else load(id);
    },
  });
}

async function open(id, { push = true, focus = true } = {}) {
  stop();
  showMonitorError(null);
  shown = { id };
  if (push) history.pushState({ id }, "", `/?job=${encodeURIComponent(id)}`);
  mark(id);
  await load(id);
  if (focus) focusMonitor();
  if (shown?.id === id && !isFinal(shown.status)) watch(id);
}

function leave(message = null) {
  stop();
  shown = null;
  if (location.search) history.pushState({}, "", "/");
  mark(null);
  showLook(look());
  showMonitorError(message);
}

/** Runs an act on the job shown; what went wrong is said where the act is. */
async function act(request, errorLine = null) {
  const { id } = shown;
  const buttons = [...byId("monitor").querySelectorAll(".button")];
  const focused = document.activeElement;
  for (const button of buttons) button.disabled = true;
  try {
    await request(id);
    showMonitorError(null);
    await open(id, { push: false, focus: buttons.includes(focused) });
  } catch (problem) {
    if (errorLine) {
      setText(errorLine, problem.message);
      errorLine.hidden = false;
    } else showMonitorError(problem.message);
    await load(id);
  } finally {
    for (const button of buttons) button.disabled = false;
    refresh();
  }
}

byId("monitor-close").addEventListener("click", () => {
  leave();
  byId("script").focus();
});
byId("cancel").addEventListener("click", () => act(cancelJob));
byId("retry").addEventListener("click", () => act(retryJob));
byId("reject").addEventListener("click", () => act((id) => decide(id, shown.gate, "reject"), byId("approval-error")));
byId("approval-script").addEventListener("input", labelApproval);
byId("panel-approval").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("approval-script");
  if (!text.value.trim()) {
    setText(byId("approval-error"), "The script is empty; reject it if nothing should be spoken.");
    byId("approval-error").hidden = false;
    text.focus();
    return;
  }
  const edited = text.value !== text.defaultValue;
  act((id) => decide(id, shown.gate, edited ? "edit" : "approve", edited ? text.value : undefined), byId("approval-error"));
});
byId("reuse").addEventListener("click", () => {
  const job = shown;
  leave();
  fill(job);
});
byId("away-retry").addEventListener("click", () => {
  refresh();
  if (shown) load(shown.id);
});
document.addEventListener("keychange", () => {
  refresh();
  if (shown) open(shown.id, { push: false, focus: false });
});

const fromAddress = () => new URLSearchParams(location.search).get("job");
addEventListener("popstate", () => {
  const id = fromAddress();
  if (id) open(id, { push: false, focus: false });
  else leave();
});

setUpComposer({
  onLook: () => shown || showLook(look()),
  onCreated: (id) => open(id),
});
setUpLibrary({ onOpen: (id) => open(id), onAway: away });
if (fromAddress()) open(fromAddress(), { push: false, focus: false });
else showLook(look());
