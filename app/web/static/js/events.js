// Follows one job: server-sent events while the server has a stream to spare, else polling every two seconds.
//
// fetch, not EventSource: EventSource cannot send an API key and does not say why it was refused.

import { authorization, eventsPath, videoStatus } from "./api.js";
import { isFinal } from "./format.js";

const POLL_MS = 2_000;
const TRY_STREAM_AGAIN_MS = 30_000;

const pause = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });

/** Yields `{id, type, data}` for each event block of a text/event-stream body. */
async function* blocks(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += value.replaceAll("\r\n", "\n");
    let end;
    while ((end = buffer.indexOf("\n\n")) >= 0) {
      const event = { id: null, type: "message", data: "" };
      for (const line of buffer.slice(0, end).split("\n")) {
        const [, field, text] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
        if (field === "id") event.id = text;
        else if (field === "event") event.type = text;
        else if (field === "data") event.data += text;
      }
      buffer = buffer.slice(end + 2);
      if (event.data || event.id) yield event;
    }
  }
}

/**
 * Calls `onChange(status | null)` whenever the job may have changed: null after an event, the polled answer
 * otherwise. `onAway(true | false)` says whether the server can be reached. Returns a function that stops it.
 */
export function follow(id, { onChange, onAway }) {
  const stop = new AbortController();
  const { signal } = stop;
  let lastEventId = null;

  async function stream() {
    const headers = { Accept: "text/event-stream", ...authorization() };
    if (lastEventId) headers["Last-Event-ID"] = lastEventId;
    const response = await fetch(eventsPath(id), { headers, signal, cache: "no-store" });
    if (!response.ok || !response.body) return "refused";
    onAway(false);
    let last = null;
    for await (const event of blocks(response.body)) {
      lastEventId = event.id ?? lastEventId;
      last = event.type;
      onChange(null);
    }
    return isFinal(last) ? "over" : "cut";
  }

  async function poll() {
    const until = Date.now() + TRY_STREAM_AGAIN_MS;
    while (!signal.aborted && Date.now() < until) {
      try {
        const status = await videoStatus(id);
        onAway(false);
        onChange(status);
        if (isFinal(status.status)) return stop.abort();
      } catch (problem) {
        if (problem.status === 0) onAway(true);
      }
      await pause(POLL_MS, signal);
    }
  }

  (async () => {
    while (!signal.aborted) {
      const ended = await stream().catch(() => "refused");
      if (ended === "over") return;
      if (ended === "cut") await pause(1_000, signal); // the server ends long streams on purpose
      else await poll();
    }
  })();
  return () => stop.abort();
}
