// Short tones for staff; a browser plays them only after its person has touched the page once.

export const SOUNDS = { emergency: [880, 660, 880, 660], help: [660, 880] };
let context = null;

for (const kind of ["pointerdown", "keydown"]) {
  addEventListener(kind, () => (context ??= new AudioContext()).resume().catch(() => {}), { passive: true });
}

/** Play `pitches` (Hz) one after the other, each `length` seconds. */
export function play(pitches, { length = 0.18, volume = 0.25 } = {}) {
  if (context?.state !== "running") return;
  pitches.forEach((pitch, index) => {
    const start = context.currentTime + index * length;
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(volume, start + 0.02);
    gain.gain.setValueAtTime(volume, start + length * 0.7);
    gain.gain.linearRampToValueAtTime(0, start + length);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + length);
  });
}
