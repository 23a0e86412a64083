// Short tones for staff; a browser plays them only after its person has touched the page once.

import { playTones } from "./tones.js";

export const SOUNDS = { emergency: [880, 660, 880, 660], help: [660, 880] };
let context = null;

for (const kind of ["pointerdown", "keydown"]) {
  addEventListener(kind, () => (context ??= new AudioContext()).resume().catch(() => {}), { passive: true });
}

/** Play `pitches` (Hz) one after the other, each `length` seconds. */
export function play(pitches, { length = 0.18, volume = 0.25 } = {}) {
  if (context?.state !== "running") return;
  playTones(context, pitches, length, (loudness, start) => {
    loudness.linearRampToValueAtTime(volume, start + 0.02);
    loudness.setValueAtTime(volume, start + length * 0.7);
    loudness.linearRampToValueAtTime(0, start + length);
    return start + length;
  });
}
