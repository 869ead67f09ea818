// Times, sizes and states in the reader's words.

export const STATUS = {
  queued: "Queued",
  processing: "In progress",
  waiting_approval: "Waits for you",
  completed: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};

export const STAGES = {
  validate: "Check the request",
  enhance_script: "Prepare the script",
  synthesize_speech: "Make the voice",
  render_avatar: "Animate the presenter",
  compose: "Put it together",
  store: "Check and store",
};

export const isFinal = (status) => status === "completed" || status === "failed" || status === "cancelled";

export const number = (value) => new Intl.NumberFormat("en").format(value);

/** `0:07`, `1:23`. */
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** `0.4 s`, `12 s`, `2 min 5 s`. */
export function elapsed(seconds) {
  if (seconds < 0.05) return "< 0.1 s";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export function size(bytes) {
  return bytes < 999_500 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `just now`, `4 minutes ago`, `yesterday`, `12 Nov`. */
export function ago(iso, now = Date.now()) {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (seconds < 45) return "just now";
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (seconds < 3300) return relative.format(-Math.max(1, Math.round(seconds / 60)), "minute");
  if (seconds < 79_200) return relative.format(-Math.max(1, Math.round(seconds / 3600)), "hour");
  if (seconds < 7 * 86_400) return relative.format(-Math.max(1, Math.round(seconds / 86_400)), "day");
  return new Intl.DateTimeFormat("en", { day: "numeric", month: "short" }).format(new Date(iso));
}

/** The first words of a script, to name a video by. */
export function headline(script) {
  const text = (script ?? "").replace(/\[\[.*?\]\]/g, "").replace(/\s+/g, " ").trim();
  return text.length > 140 ? `${text.slice(0, 139).trimEnd()}…` : text || "Untitled";
}

/** `render_avatar[scene-2]` is "Animate the presenter, scene 2". */
export function stageName(step) {
  const name = STAGES[step.stage] ?? step.label ?? step.stage;
  return step.scene ? `${name}, scene ${step.scene}` : name;
}
