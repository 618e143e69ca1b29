// Numbers, times and addresses as a reader wants them. Pure: from values to strings.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3, notation: "compact" });
const rough = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });

/** A count: exact as long as it fits its place. */
export function count(number) {
  return number < 1e6 ? whole.format(number) : short.format(number);
}

/** A rate: by the second once that is more than one, else by the minute. */
export function rate(perMinute) {
  if (!perMinute) return "0/min";
  if (perMinute >= 60) return `${short.format(perMinute / 60)}/s`;
  return `${rough.format(perMinute)}/min`;
}

/** A share from 0 to 1 as percent; never 100 % or 0 % unless it is exactly so. */
export function percent(share) {
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return "99 %";
  if (rounded === 0 && share > 0) return "1 %";
  return `${rounded} %`;
}

/** A span of time in its largest fitting unit. */
export function span(seconds) {
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 10) return `${rough.format(seconds)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 && hours < 10 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.round(hours / 24)} days`;
}

/** How long ago, seen from `now` (both ms). */
export function ago(then, now) {
  const seconds = (now - then) / 1000;
  return seconds < 5 ? "just now" : `${span(Math.floor(seconds))} ago`;
}

/** The time of day and, if it is not today's, the date; in UTC, as the wire counts. */
export function clock(milliseconds) {
  return new Date(milliseconds).toISOString().slice(11, 19);
}

/** The first characters of a text, cut between words. */
export function beginning(text, most) {
  if (text.length <= most) return text;
  const cut = text.slice(0, most);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), most - 30)).trimEnd()} …`;
}

/** The address if a reader may safely follow it, else null: feeds can hold `javascript:` and worse. */
export function safeLink(address) {
  try {
    const { protocol, href } = new URL(address);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}

/** `1 feed`, `2 feeds`. */
export function plural(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}
