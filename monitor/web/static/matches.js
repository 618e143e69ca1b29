// The latest matches, newest first. Everything here comes from feeds of the whole world: it is written as text only.

import { ago, beginning, percent, plural, safeLink, span } from "./words.js";

const KEPT = 60;
const PASSAGE_CHARACTERS = 360;
const list = document.getElementById("matches");
const template = document.getElementById("match");
const byId = new Map(); // alert id → element

/** Show an alert event in its place; one that is shown already changes nothing. True if it was new. */
export function showMatch(event, now, { fresh = false } = {}) {
  const id = event.data.alert_id;
  const at = Date.parse(event.timestamp);
  if (byId.has(id)) return false;
  const item = build(event, at, now);
  item.classList.toggle("fresh", fresh);
  const next = [...list.children].find((other) => Number(other.dataset.at) <= at);
  list.insertBefore(item, next ?? null);
  byId.set(id, item);
  while (list.children.length > KEPT) {
    byId.delete(list.lastElementChild.dataset.id);
    list.lastElementChild.remove();
  }
  document.getElementById("no-match").hidden = true;
  return true;
}

/** Correct the origin that the matches of a story name. True if one of them is shown. */
export function showUpdate({ data: { story } }) {
  const items = [...list.children].filter((item) => item.dataset.story === story.id);
  for (const item of items) {
    const place = item.querySelector("[data-part=story]");
    place.textContent = `${size(story)} · first: ${name(story.origin)} (corrected)`;
  }
  return items.length > 0;
}

/** Say what is there to wait for, if there is nothing to show. */
export function showEmpty(feeds) {
  document.getElementById("no-match").hidden = list.children.length > 0;
  document.getElementById("watching").textContent = feeds
    ? `watching ${plural(feeds, "feed")}.`
    : "waiting for the first feed.";
}

/** Bring 'how long ago' up to date. */
export function showAges(now) {
  for (const item of list.children) setAge(item, now);
}

/** One sentence for those who listen rather than look. */
export function sentence({ data }) {
  return `New match: ${name(data.article)} copied ${name(data.match.article)}, ${data.match.kind}.`;
}

/** The same of a corrected origin. */
export function correction({ data }) {
  return `Correction: ${name(data.story.origin)} was first, not ${name(data.previous_origin)}.`;
}

function build(event, at, now) {
  const { article, match, story } = event.data;
  const item = template.content.firstElementChild.cloneNode(true);
  const part = (key) => item.querySelector(`[data-part=${key}]`);
  item.dataset.id = event.data.alert_id;
  item.dataset.at = at;
  item.dataset.kind = match.kind;
  item.dataset.story = story.id;
  part("kind").textContent = match.kind;
  part("copier").textContent = name(article);
  part("verb").textContent = name(article) === name(match.article) ? "repeated" : "copied";
  part("copied").textContent = name(match.article);
  link(part("title"), article);
  part("after").textContent = after(match.article, article);
  link(part("earlier"), match.article);
  for (const measure of ["score", "containment", "coverage"]) showMeasure(part(measure), match[measure]);
  showPassage(part, match);
  showCredit(part("credit"), match);
  showSigns(part("signs"), match);
  showStory(part("story"), story, match);
  setAge(item, now);
  return item;
}

function name(article) {
  return article.source || host(article.url) || "an unknown source";
}

function host(address) {
  const safe = safeLink(address);
  return safe && new URL(safe).hostname.replace(/^www\./, "");
}

function link(anchor, article) {
  anchor.textContent = article.title || article.url;
  const safe = safeLink(article.url);
  if (safe) anchor.href = safe;
}

function after(earlier, later) {
  const time = (article) => Date.parse(article.published_at ?? article.first_seen_at);
  const seconds = (time(later) - time(earlier)) / 1000;
  return seconds >= 1 ? `${span(seconds)} after` : "the text of";
}

function showMeasure(place, share) {
  place.querySelector("b").textContent = percent(share);
  place.querySelector("i").style.width = `${Math.min(1, Math.max(0, share)) * 100}%`;
}

function showPassage(part, { passages }) {
  const best = [...passages].sort((a, b) => b.text.length * b.similarity - a.text.length * a.similarity)[0];
  part("passage").hidden = !best;
  if (!best) return;
  part("text").textContent = beginning(best.text, PASSAGE_CHARACTERS);
  const of = passages.length > 1 ? `best of ${passages.length} shared passages` : "the shared passage";
  part("about").textContent = `${of} · ${percent(best.similarity)} the same words`;
}

function showCredit(place, { credited, credit, credits_origin: creditsOrigin }) {
  place.dataset.credited = credited;
  const how = creditsOrigin === false ? "credits somebody else" : "credited";
  place.textContent = !credited ? "no credit given" : credit ? `${how}: “${beginning(credit, 80)}”` : how;
}

/** Signs that a machine rewrote the text: the word that names each, its explanation on the pointer. */
function showSigns(place, { signs = [] }) {
  place.hidden = !signs.length;
  place.textContent = signs.map((sign) => sign.split(":")[0].replaceAll("_", " ")).join(" · ");
  place.title = signs.join("\n");
}

function showStory(place, story, match) {
  place.textContent = story.origin.id === match.article.id ? size(story) : `${size(story)} · first: ${name(story.origin)}`;
}

function size(story) {
  return `story of ${plural(story.articles, "article")} from ${plural(story.sources, "source")}`;
}

function setAge(item, now) {
  const time = item.querySelector("time");
  const at = Number(item.dataset.at);
  time.textContent = ago(at, now);
  if (time.dateTime) return;
  time.dateTime = new Date(at).toISOString();
  time.title = new Date(at).toUTCString();
}
