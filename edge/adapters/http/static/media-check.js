// What a device can do for a video call, measured on the device itself: no page, no words, nothing leaves it but samples.
// Every function answers with words of its own ("good", "denied", ...); `RATING` says how bad each of them is.

import { playTones } from "./tones.js";

const UP_KBITS = { good: 1000, enough: 400 }; // a picture of 640 x 360 with sound needs about 400 kbit/s
const ANSWER_MS = { good: 200, enough: 500 };
const SWAY_MS = { good: 50, enough: 150 };
const PINGS = 8;
const SMALL = 32768;
const LARGE = 262144;
const STALLED_MS = 8000;
const DARK = 14; // of 255: mean brightness of a covered camera
const HEARD_DB = -45;
const HEARD_TICKS = 3;
const TICK_MS = 100;
const QUIET_MS = 10000;

/** How much each answer hurts a call. */
export const RATING = {
  good: "good",
  limited: "limited",
  dark: "limited",
  crowded: "limited",
  old: "bad",
  insecure: "bad",
  bad: "bad",
  away: "bad",
  denied: "bad",
  none: "bad",
  busy: "bad",
  failed: "bad",
  silent: "bad",
};

/** "good", "limited", "bad", or "" while something is not known yet. One thing that is bad is enough. */
export function verdict(ratings) {
  const all = Object.values(ratings);
  if (all.includes("bad")) return "bad";
  if (all.some((rating) => !rating)) return "";
  return all.includes("limited") ? "limited" : "good";
}

/** Whether this browser can make a call at all: "good", "old" or "insecure". */
export async function browserCheck() {
  if (!window.isSecureContext) return "insecure";
  if (!navigator.mediaDevices?.getUserMedia || !window.RTCPeerConnection || !window.AudioContext) return "old";
  const peer = new RTCPeerConnection();
  try {
    peer.addTransceiver("audio");
    peer.addTransceiver("video");
    const { sdp } = await peer.createOffer();
    return /opus/i.test(sdp) && /VP8|H264/i.test(sdp) ? "good" : "old";
  } catch {
    return "old";
  } finally {
    peer.close();
  }
}

// --- the line --------------------------------------------------------------------------------------------------------

/** Measure the way to the office: `{state, down, up, ms, sway}` in kbit/s and ms; never throws. */
export async function lineCheck(place = "/api/v1/video") {
  const nothing = { down: 0, up: 0, ms: 0, sway: 0 };
  try {
    const trips = await pings(`${place}/ping`);
    const ms = middle(trips);
    const sway = middle(trips.map((trip) => Math.abs(trip - ms)));
    const down = await rate((size) => fetched(`${place}/sample?size=${size}`, {}), ms);
    const up = await rate((size) => fetched(`${place}/sample`, { method: "PUT", body: noise(size) }), ms);
    return { state: lineState({ down, up, ms, sway }), down, up, ms: Math.round(ms), sway: Math.round(sway) };
  } catch (error) {
    return { state: error.status === 429 ? "crowded" : "away", ...nothing };
  }
}

/** Rate what was measured. */
export function lineState({ down, up, ms, sway }) {
  const slowest = Math.min(down, up);
  if (slowest < UP_KBITS.enough || ms > ANSWER_MS.enough || sway > SWAY_MS.enough) return "bad";
  return slowest < UP_KBITS.good || ms > ANSWER_MS.good || sway > SWAY_MS.good ? "limited" : "good";
}

async function pings(url) {
  await fetched(url, {}); // opens the connection
  const trips = [];
  for (let n = 0; n < PINGS; n += 1) {
    const start = performance.now();
    await fetched(url, {});
    trips.push(performance.now() - start);
  }
  return trips;
}

// A small sample first: on a thin line it says enough, and the large one would only cost the person's data.
async function rate(carry, ms) {
  let kbits = 0;
  for (const size of [SMALL, LARGE]) {
    const start = performance.now();
    try {
      await carry(size);
    } catch (error) {
      if (error.name === "TimeoutError") return kbits;
      throw error;
    }
    const took = Math.max(1, performance.now() - start - ms);
    kbits = (size * 8) / took;
    if (kbits < UP_KBITS.enough) return kbits;
  }
  return kbits;
}

async function fetched(url, options) {
  const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(STALLED_MS), ...options });
  if (!answer.ok) throw Object.assign(new Error(`line ${answer.status}`), { status: answer.status });
  await answer.arrayBuffer();
}

function noise(size) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
}

function middle(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

// --- camera and microphone -------------------------------------------------------------------------------------------

/** Ask for camera and microphone: `{stream, camera, microphone}`, each "good" or why not; the stream may be null. */
export async function openMedia() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" }, audio: true });
    return { stream, camera: "good", microphone: "good" };
  } catch (error) {
    if (error.name === "NotAllowedError" && !(await oneIsAllowed())) {
      return { stream: null, camera: "denied", microphone: "denied" };
    }
  }
  // One of the two is the matter: ask for each alone, to say which.
  const tracks = [];
  const states = {};
  for (const [part, wanted] of [["camera", { video: true }], ["microphone", { audio: true }]]) {
    try {
      tracks.push(...(await navigator.mediaDevices.getUserMedia(wanted)).getTracks());
      states[part] = "good";
    } catch (error) {
      states[part] = why(error);
    }
  }
  return { stream: tracks.length ? new MediaStream(tracks) : null, ...states };
}

function why(error) {
  const known = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", NotReadableError: "busy" };
  return known[error.name] ?? "failed";
}

async function oneIsAllowed() {
  try {
    const asked = ["camera", "microphone"].map((name) => navigator.permissions.query({ name }));
    return (await Promise.all(asked)).some(({ state }) => state === "granted");
  } catch {
    return false; // this browser does not say
  }
}

/** Stop what `openMedia` opened. */
export function closeMedia(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Look at what `video` shows: "good", "dark", or "failed" when no picture comes within `limit` ms. */
export async function pictureCheck(video, limit = 6000) {
  const end = performance.now() + limit;
  let state = "failed";
  while (performance.now() < end) {
    if (video.readyState >= video.HAVE_CURRENT_DATA && video.videoWidth) {
      state = brightness(video) > DARK ? "good" : "dark";
      if (state === "good") return state;
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  return state;
}

function brightness(video) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 24 });
  const pencil = canvas.getContext("2d", { willReadFrequently: true });
  pencil.drawImage(video, 0, 0, 32, 24);
  const { data } = pencil.getImageData(0, 0, 32, 24);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += (data[at] + data[at + 1] + data[at + 2]) / 3;
  return sum / (data.length / 4);
}

/**
 * Listen to `stream`: `level` hears ten times a second how loud it is (0 to 1), `state` "good" once somebody was heard
 * and "silent" when nobody was for ten seconds. Returns a function that stops listening.
 */
export function listen(context, stream, { level, state }) {
  const ear = context.createAnalyser();
  ear.fftSize = 2048;
  const source = context.createMediaStreamSource(stream);
  source.connect(ear);
  const wave = new Float32Array(ear.fftSize);
  const start = performance.now();
  let ticks = 0;
  let told = "";
  const tell = (word) => {
    if (told !== word) state((told = word));
  };
  const timer = setInterval(() => {
    ear.getFloatTimeDomainData(wave);
    const loud = Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / wave.length);
    const db = 20 * Math.log10(loud + 1e-9);
    level(Math.min(1, Math.max(0, (db + 60) / 50)));
    if (db > HEARD_DB) ticks += 1;
    if (ticks >= HEARD_TICKS) tell("good");
    else if (performance.now() - start > QUIET_MS) tell("silent");
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    source.disconnect();
  };
}

/** Play three notes; resolves when they are over. */
export function playNotes(context) {
  const notes = [523.25, 659.25, 783.99];
  const length = 0.35;
  playTones(context, notes, length, (loudness, start) => {
    loudness.linearRampToValueAtTime(0.4, start + 0.03);
    loudness.linearRampToValueAtTime(0, start + length);
    return start + length;
  });
  return new Promise((resolve) => setTimeout(resolve, notes.length * length * 1000));
}
