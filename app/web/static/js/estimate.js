// How long a script will take to speak, for the eye while typing. The server decides, by the same figures:
// app/pipelines/estimate.py, and a test holds the two together.

const LETTERS_PER_SECOND = [
  [/\p{Script=Latin}/gu, 12.2],
  [/\p{Script=Greek}/gu, 12.5],
  [/\p{Script=Cyrillic}/gu, 13],
  [/[\p{Script=Arabic}\p{Script=Hebrew}]/gu, 7.7],
  [/\p{Script=Devanagari}/gu, 6.8],
  [/[\p{Script=Bengali}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}]/gu, 7],
  [/\p{Script=Tamil}/gu, 7.6],
  [/\p{Script=Thai}/gu, 6.7],
  [/\p{Script=Hangul}/gu, 4.5],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 6.5],
  [/\p{Script=Han}/gu, 3.2],
];
const OTHER_LETTERS_PER_SECOND = 10;
const DIGIT_S = 0.28;
const SYMBOL_S = 0.35;
const LEAD_IN_AND_TAIL_S = 0.9;

/** Seconds of speech, without magic inputs, which are not spoken. */
export function speechSeconds(script) {
  const spoken = script.replace(/\[\[.*?\]\]/g, "");
  let letters = spoken.replace(/\P{L}/gu, "");
  let seconds = LEAD_IN_AND_TAIL_S;
  seconds += (spoken.match(/\p{Nd}/gu)?.length ?? 0) * DIGIT_S;
  seconds += (spoken.match(/[\p{Sc}\p{Sm}%&@]/gu)?.length ?? 0) * SYMBOL_S;
  for (const [kind, perSecond] of LETTERS_PER_SECOND) {
    const others = letters.replace(kind, "");
    seconds += ([...letters].length - [...others].length) / perSecond;
    letters = others;
  }
  return seconds + [...letters].length / OTHER_LETTERS_PER_SECOND;
}
