// Whether a key belongs to an input method: Chinese is typed with letters, space and Enter.

/** True while an input method holds the keyboard. 229 is what Safari says after the last composing key. */
export const composing = (event) => event.isComposing || event.keyCode === 229;
