// Feeds that fail and stages that stand still.

import { count, plural, span } from "./words.js";

const REASONS = { starting: "has not started", stuck: "stands still" };

/** Show `/api/v1/feeds?state=failing`. */
export function showFeeds({ known, failing, feeds }, now) {
  document.getElementById("feeds-summary").textContent = feedsSummary(known, failing);
  const jump = document.getElementById("feeds-jump");
  jump.textContent = `Feeds: ${feedsSummary(known, failing)}`;
  jump.hidden = !failing;
  const items = feeds.map((feed) => {
    const since = feed.failing_since ? `for ${span(Math.max(1, (now - Date.parse(feed.failing_since)) / 1000))}` : "";
    return item(feed.url, [feed.error.replaceAll("_", " "), feed.status ? `HTTP ${feed.status}` : "", since], feed.message);
  });
  document.getElementById("feeds").replaceChildren(...items);
}

/** Show what `/health/ready` says. */
export function showStages({ ready, stages }) {
  const all = Object.entries(stages);
  const bad = all.filter(([, stage]) => stage.state in REASONS);
  const waiting = all.reduce((sum, [, stage]) => sum + stage.lag, 0);
  const lag = waiting ? `; ${plural(waiting, "event")} waiting` : "; nothing waits";
  const summary = ready ? `All ${all.length} work${lag}.` : `${bad.length} of ${all.length} in trouble${lag}.`;
  document.getElementById("stages-summary").textContent = all.length ? summary : "No stage has reported yet.";
  const items = bad.map(([name, stage]) =>
    item(name, [REASONS[stage.state], stage.lag ? `${count(stage.lag)} waiting` : "", stage.still_s ? `for ${span(stage.still_s)}` : ""]),
  );
  document.getElementById("stages").replaceChildren(...items);
}

function feedsSummary(known, failing) {
  if (!known) return "No feed polled yet.";
  if (!failing) return known === 1 ? "The feed answers." : `All ${count(known)} answer.`;
  return `${count(failing)} of ${count(known)} in trouble.`;
}

function item(title, words, message = "") {
  const place = document.createElement("li");
  const name = document.createElement("b");
  name.textContent = title;
  name.dir = "auto";
  const what = document.createElement("span");
  what.textContent = words.filter(Boolean).join(" · ");
  place.append(name, what);
  if (message) place.title = message;
  return place;
}
