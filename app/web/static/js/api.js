// The server's HTTP interface as functions. Every failure is a Problem with a sentence a person can read.

const KEY = "api-key";

export const key = {
  get: () => sessionStorage.getItem(KEY) ?? "",
  set: (value) => (value ? sessionStorage.setItem(KEY, value) : sessionStorage.removeItem(KEY)),
};

/** status 0: no answer at all. `field` names the request member at fault, where there is one. */
export class Problem extends Error {
  constructor(status, message, field = null) {
    super(message);
    Object.assign(this, { status, field });
  }
}

export function authorization() {
  return key.get() ? { Authorization: `Bearer ${key.get()}` } : {};
}

async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const field = body.errors?.[0]?.field?.split(".")[0] ?? null;
  return new Problem(response.status, body.message ?? `The server answered ${response.status}.`, field);
}

async function ask(method, path, { body, headers = {}, timeoutMs = 15_000 } = {}) {
  const sent = { Accept: "application/json", ...authorization(), ...headers };
  if (body !== undefined) sent["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: sent,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
      cache: "no-store",
    });
  } catch {
    throw new Problem(0, "The server does not answer.");
  }
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

const job = (id) => `/jobs/${encodeURIComponent(id)}`;

export const createVideo = (body, idempotencyKey) =>
  ask("POST", "/generate-video", { body, headers: { "Idempotency-Key": idempotencyKey } });
export const videoStatus = (id) => ask("GET", `/video-status/${encodeURIComponent(id)}`);
export const jobDetail = (id) => ask("GET", job(id));
export const jobPage = (cursor, limit) =>
  ask("GET", `/jobs?${new URLSearchParams({ limit, ...(cursor && { cursor }) })}`);
export const cancelJob = (id) => ask("POST", `${job(id)}/cancel`);
export const retryJob = (id) => ask("POST", `${job(id)}/retry`, { body: {} });
export const decide = (id, gate, decision, script) =>
  ask("POST", `${job(id)}/approvals/${encodeURIComponent(gate)}`, {
    body: { decision, ...(script !== undefined && { script }) },
  });
export const eventsPath = (id) => `${job(id)}/events`;

/** A path on this server. Links carry the public address, which need not be the one this page was opened by. */
export function local(link) {
  if (!link) return null;
  const url = new URL(link, location.href);
  return url.pathname.startsWith("/media/") ? url.pathname + url.search : link;
}

/** Random text that needs no secure context, unlike crypto.randomUUID. */
export function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
