"use strict";
// What a reader is shown of a sample, before any of it is put on the page: no DOM here.

// As in visible.py: what cannot be seen, or reorders what is seen.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/gu;
// An answer that repeats itself to the limit, or a file of a megabyte, must not stop the page.
const MOST_LINES = 1000;
const MOST_CHARACTERS = 4000; // of a line, of a prompt, of a message

// A text in pieces: [text, whether it stands for a character that cannot be seen].
function pieces(text) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(UNSEEN)) {
    if (match.index > end) found.push([text.slice(end, match.index), false]);
    found.push([`⟨U+${match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`, true]);
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push([text.slice(end), false]);
  return found;
}

// An answer's lines, numbered from 1 as the verifier does, each with the errors that point at it;
// and the errors that point at none.
function read(sample) {
  const lines = sample.text.replace(/\r?\n$/, "").split(/\r?\n/).map((text) => ({ text, errors: [] }));
  const nowhere = [];
  for (const error of sample.errors) (lines[error[2] - 1] || { errors: nowhere }).errors.push(error);
  return { lines, nowhere };
}

// The samples of a list in another order; those without a score come last.
const ORDERS = {
  "as in the data set": null,
  "lowest reward": (a, b) => (a.reward ?? Infinity) - (b.reward ?? Infinity) || 0,
  "highest reward": (a, b) => (b.reward ?? -Infinity) - (a.reward ?? -Infinity) || 0,
  "longest answer": (a, b) => b.text.length - a.text.length,
};

function ordered(places, samples, order) {
  const compare = ORDERS[order];
  return compare ? [...places].sort((a, b) => compare(samples[a], samples[b]) || a - b) : places;
}
