// What the page knows about a job, from the server's answers.

import { local } from "./api.js";

const seconds = (from, to) => (from && to ? (Date.parse(to) - Date.parse(from)) / 1000 : null);

/** One entry per node of the plan, with its latest attempt. */
function stepsOf(detail) {
  const latest = new Map();
  for (const attempt of detail.stages) {
    const known = latest.get(attempt.key);
    if (!known || attempt.attempt >= known.attempt) latest.set(attempt.key, attempt);
  }
  const gates = new Map(detail.approvals.map((approval) => [approval.stage, approval]));
  return detail.plan.nodes.map((node) => {
    const attempt = latest.get(node.key);
    const waiting = detail.status === "waiting_approval" && gates.get(node.key)?.status === "pending";
    return {
      key: node.key,
      stage: node.stage,
      label: node.label,
      scene: node.scene,
      status: waiting ? "waiting" : (attempt?.status ?? "pending"),
      attempt: attempt?.attempt ?? 0,
      seconds: seconds(attempt?.started_at, attempt?.completed_at),
      startedAt: attempt?.started_at ?? null,
    };
  });
}

/** A job as the monitor and the list draw it. Files and steps are told by /jobs/{id} only; without them: null. */
export function jobOf(answer) {
  const file = (kind) => answer.artifacts?.filter((artifact) => artifact.kind === kind).at(-1);
  return {
    id: answer.id,
    status: answer.status,
    progress: answer.progress,
    rawStep: answer.current_step,
    step: answer.current_step.replace(/\.{3}$/, "…"),
    etaS: answer.eta_s,
    script: answer.script,
    language: answer.language,
    template: answer.template,
    presenter: answer.presenter,
    aspect: answer.aspect,
    createdAt: answer.created_at,
    completedAt: answer.completed_at,
    seconds: seconds(answer.started_at, answer.completed_at),
    error: answer.error,
    remedy: answer.failure?.remedy ?? null,
    code: answer.failure?.code ?? null,
    video: local(answer.video_url),
    poster: local(answer.poster_url),
    srt: local(file("captions_srt")?.url),
    vtt: local(answer.captions_url),
    durationS: answer.duration_s,
    sizeBytes: answer.size_bytes,
    gate: answer.approvals?.find((approval) => approval.status === "pending")?.gate ?? null,
    steps: answer.stages ? stepsOf(answer) : null,
  };
}
