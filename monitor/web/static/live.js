// The live page: listens to the service, and says so when it no longer hears it.

import { correction, sentence, showAges, showEmpty, showMatch, showUpdate } from "./matches.js";
import { breakCurves, showNumbers, startCurves } from "./numbers.js";
import { showFeeds, showStages } from "./troubles.js";
import { clock, plural, span } from "./words.js";

const SILENCE_MS = 6000; // several beats: after that the connection is lost, whatever the browser thinks
const AGAIN_MS = 2000;

let source = null;
let heard = performance.now();
let tried = heard;
let now = Date.now(); // the service's clock: a reader's may be wrong
let feedsChanged = null;

function connect() {
  source?.close();
  source = new EventSource("api/v1/events");
  source.addEventListener("open", load);
  source.addEventListener("alert", ({ data }) => onAlert(JSON.parse(data)));
  source.addEventListener("update", ({ data }) => onUpdate(JSON.parse(data)));
  source.addEventListener("metrics", ({ data }) => onMetrics(JSON.parse(data)));
  source.addEventListener("error", lost);
  tried = performance.now();
}

/** What happened before this connection: the stream brings only what is new. */
async function load() {
  try {
    const [matches, numbers] = await Promise.all([ask("api/v1/alerts?limit=50"), ask("api/v1/metrics")]);
    now = Date.parse(numbers.at);
    startCurves(numbers.curves);
    const isUpdate = ({ type }) => type === "story.updated";
    for (const event of matches.alerts) if (!isUpdate(event)) showMatch(event, now);
    for (const event of matches.alerts.filter(isUpdate).reverse()) showUpdate(event); // the latest counts
    showEmpty(numbers.feeds.known);
  } catch {
    lost();
  }
}

async function ask(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: HTTP ${answer.status}`);
  return answer.json();
}

function onAlert(event) {
  if (showMatch(event, now, { fresh: true })) document.getElementById("announce").textContent = sentence(event);
}

function onUpdate(event) {
  if (showUpdate(event)) document.getElementById("announce").textContent = correction(event);
}

function onMetrics(numbers) {
  heard = performance.now();
  now = Date.parse(numbers.at);
  showNumbers(numbers);
  showStages(numbers.health);
  showAges(now);
  showEmpty(numbers.feeds.known);
  showVerdict(numbers.health);
  document.getElementById("clock").textContent = `${clock(now)} UTC`;
  if (numbers.feeds.changed !== feedsChanged) loadFeeds(numbers.feeds.changed);
}

async function loadFeeds(changed) {
  feedsChanged = changed;
  try {
    showFeeds(await ask("api/v1/feeds?state=failing&limit=50"), now);
  } catch {
    feedsChanged = null; // the next beat asks again
  }
}

function showVerdict({ ready, stages }) {
  const names = (state) => Object.keys(stages).filter((name) => stages[name].state === state);
  const stuck = names("stuck");
  if (ready) {
    showState("live", "Live");
    showNotice("");
  } else if (stuck.length) {
    showState("stuck", "Live, with trouble");
    showNotice(`Not moving although work is waiting: ${stuck.join(", ")}.`);
  } else {
    showState("starting", "Starting");
    showNotice(`Starting: ${plural(names("starting").length, "stage")} to go.`);
  }
}

function lost() {
  breakCurves();
  const silent = Math.round((performance.now() - heard) / 1000);
  showState("lost", "Connection lost");
  showNotice(`No word from the service${silent > 2 ? ` for ${span(silent)}` : ""}; what you see may be old. Trying again …`);
}

function showState(state, text) {
  const place = document.getElementById("state");
  if (place.dataset.state === state) return; // said already: a screen reader would repeat it every second
  place.dataset.state = state;
  document.getElementById("state-text").textContent = text;
}

function showNotice(text) {
  const notice = document.getElementById("notice");
  if (notice.textContent !== text) notice.textContent = text;
  notice.hidden = !text;
}

setInterval(() => {
  if (performance.now() - heard > SILENCE_MS) {
    lost();
    if (performance.now() - tried > SILENCE_MS) connect();
  }
}, AGAIN_MS);

connect();
