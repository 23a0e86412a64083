// Lengths of time as people read them in the language of the page: "25 s", "3 min", "1 h 05 min".

const LANGUAGE = `${document.documentElement.lang || "es"}-u-nu-latn`;
const units = Object.fromEntries(
  ["second", "minute", "hour"].map((unit) => [unit, new Intl.NumberFormat(LANGUAGE, { style: "unit", unit })]),
);
const plain = (text) => text.replace(/[\u00a0\u202f]/g, " ");

/** Return a number of seconds in words. */
export function inSeconds(seconds) {
  return plain(units.second.format(seconds));
}

/** Return a number of minutes in words. */
export function inMinutes(minutes) {
  return plain(units.minute.format(minutes));
}

/** Return a length of time: seconds below a minute, then minutes, then hours and minutes. */
export function inTime(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (!minutes) return inSeconds(seconds);
  if (minutes < 60) return inMinutes(minutes);
  return `${plain(units.hour.format(Math.floor(minutes / 60)))} ${inMinutes(minutes % 60)}`;
}
