// The finished video: player, captions track, transcript, facts and downloads.

import { byId, element, icon } from "./dom.js";
import { clock, elapsed, size } from "./format.js";

const video = byId("video");
let shown = null;

function fact(name, value) {
  return value ? element("div", {}, element("dt", {}, name), element("dd", {}, value)) : null;
}

function drawFacts(job) {
  const duration = video.duration || job.durationS;
  const picture = video.videoWidth ? `${video.videoWidth} × ${video.videoHeight}` : null;
  byId("facts").replaceChildren(
    ...[
      fact("Length", duration ? clock(duration) : null),
      fact("Picture", picture),
      fact("Size", job.sizeBytes ? size(job.sizeBytes) : null),
      fact("Made in", job.seconds !== null ? elapsed(job.seconds) : null),
    ].filter(Boolean),
  );
}

function download(label, href, name, primary) {
  const className = `button ${primary ? "button-primary" : "button-quiet"}`;
  return href ? element("a", { className, href, download: name }, icon("down"), label) : null;
}

/** Lines of the captions track as buttons that jump there; the line being spoken is marked. */
function drawTranscript(track) {
  const cues = [...(track.cues ?? [])];
  byId("transcript").hidden = cues.length === 0;
  const lines = cues.map((cue) => {
    const text = cue.getCueAsHTML().textContent;
    const line = element(
      "button",
      { type: "button", className: "transcript-line" },
      element("time", {}, clock(cue.startTime)),
      element("span", { dir: "auto" }, text),
    );
    line.addEventListener("click", () => {
      video.currentTime = cue.startTime + 0.01;
      video.play();
    });
    return line;
  });
  byId("transcript-lines").replaceChildren(...lines.map((line) => element("li", {}, line)));
  track.oncuechange = () => {
    const active = new Set(track.activeCues);
    cues.forEach((cue, index) => {
      if (active.has(cue)) lines[index].setAttribute("aria-current", "true");
      else lines[index].removeAttribute("aria-current");
    });
  };
}

/** Loads a job's video; showing the same one again leaves it playing. */
export function showVideo(job) {
  video.hidden = false;
  drawFacts(job);
  if (shown === job.id) return;
  shown = job.id;
  if (job.poster) video.poster = job.poster;
  else video.removeAttribute("poster");
  video.src = job.video;
  video.setAttribute("aria-label", "Your video");
  byId("transcript").hidden = true;
  video.replaceChildren();
  if (job.vtt) {
    const track = element("track", { kind: "captions", label: "Captions", srclang: job.language ?? "en", src: job.vtt });
    video.append(track);
    // "hidden" loads the cues for the transcript; the picture carries captions of its own already.
    track.track.mode = "hidden";
    track.addEventListener("load", () => drawTranscript(track.track));
  }
  video.onloadedmetadata = () => drawFacts(job);
  byId("downloads").replaceChildren(
    ...[
      download("MP4", job.video, `${job.id}.mp4`, true),
      download("SRT", job.srt, `${job.id}.srt`),
      download("VTT", job.vtt, `${job.id}.vtt`),
    ].filter(Boolean),
  );
}

/** Takes the video off the screen and stops it. */
export function hideVideo() {
  if (shown === null) return;
  shown = null;
  video.pause();
  video.removeAttribute("src");
  video.load();
  video.hidden = true;
}
