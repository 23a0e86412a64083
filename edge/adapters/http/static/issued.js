// An issued turn: its number is said aloud, at once when it was given by voice.

import { lost, say } from "./staff.js";

const link = document.getElementById("say");
const context = new AudioContext();

link.addEventListener("click", (event) => {
  event.preventDefault();
  speak();
});
if (link.dataset.now && context.state === "running") speak();

async function speak() {
  try {
    await context.resume();
    const answer = await fetch(link.href);
    if (!answer.ok) return say((await answer.json()).title);
    const sound = context.createBufferSource();
    sound.buffer = await context.decodeAudioData(await answer.arrayBuffer());
    sound.connect(context.destination);
    sound.start();
    link.dataset.said = sound.buffer.duration.toFixed(1);
  } catch {
    say(lost());
  }
}
