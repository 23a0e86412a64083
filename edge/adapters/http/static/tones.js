// Notes of the Web Audio API, for every page that makes itself heard.

/**
 * Play `pitches` (Hz), one every `step` seconds. `shape(loudness, start)` draws the loudness of a note, which is silent
 * at `start`, and returns when the note ends.
 */
export function playTones(context, pitches, step, shape) {
  pitches.forEach((pitch, index) => {
    const start = context.currentTime + index * step;
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0, start);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(shape(gain.gain, start));
  });
}
