// A wording as the language's voice says it; one at a time.

const player = new Audio();

/** Plays it; what went wrong, "" where nothing did. */
export async function sound(given) {
  player.pause();
  try {
    const answer = await fetch("listen", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given) });
    if (!answer.ok) return `Not spoken: ${(await answer.json()).error}`;
    URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(await answer.blob());
    await player.play();
    return "";
  } catch (error) {
    return `Not spoken: ${error.message}`;
  }
}
