// The numbers of every stage, their rates and the curve of the last minute.

import { count, rate, span } from "./words.js";

const POINTS = 60;
const curves = new Map(); // key → rises from beat to beat, oldest first
let before = null;

/** Begin the curves with what the server knows of the last minute. */
export function startCurves(given) {
  curves.clear();
  for (const [key, rises] of Object.entries(given)) curves.set(key, rises.slice(-POINTS));
}

/** Show a `metrics` event. */
export function showNumbers({ counts, per_minute: perMinute }) {
  for (const place of document.querySelectorAll("[data-key]")) {
    const key = place.dataset.key;
    const number = counts[key] ?? 0;
    place.querySelector("[data-part=count]").textContent = count(number);
    place.classList.toggle("none", number === 0);
    const ratePlace = place.querySelector("[data-part=rate]");
    if (!ratePlace) continue;
    ratePlace.textContent = rate(perMinute[key] ?? 0);
    if (before) extend(key, number - (before[key] ?? 0));
    place.querySelector("path").setAttribute("d", curve(curves.get(key) ?? []));
  }
  for (const place of document.querySelectorAll("[data-latency]")) {
    for (const quantile of ["p50", "p95"]) {
      const seconds = counts[`${place.dataset.latency}_${quantile}`];
      const part = place.querySelector(`[data-part=${quantile}]`);
      if (!part) continue;
      part.textContent = seconds === undefined ? "–" : span(seconds);
      part.classList.toggle("none", seconds === undefined);
    }
  }
  before = counts;
}

/** Forget the last numbers: after a break the next difference would be a false peak. */
export function breakCurves() {
  before = null;
}

function extend(key, rise) {
  const rises = curves.get(key) ?? [];
  rises.push(Math.max(0, rise)); // a restarted service counts from 0 again
  curves.set(key, rises.slice(-POINTS));
}

/** The rises as an area in a box of 60 × 20; averaged over five beats, which calms it. */
function curve(rises) {
  const calm = rises.map((_, at) => {
    const near = rises.slice(Math.max(0, at - 4), at + 1);
    return near.reduce((sum, rise) => sum + rise, 0) / near.length;
  });
  const highest = Math.max(...calm, 0);
  if (!highest) return "";
  const left = POINTS - calm.length;
  const points = calm.map((rise, at) => `${left + at + 1},${(19 - (rise / highest) * 17).toFixed(1)}`);
  return `M${left + 1},20 L${points.join(" L")} L${POINTS},20 Z`;
}
