/* Python in the book's colours while it is edited, with Pygments' class names. */

const KEYWORDS = "and as assert async await break class continue def del elif else " +
  "except finally for from global if import in is lambda nonlocal not or pass raise " +
  "return try while with yield";
const BUILTINS = "abs all any bool dict enumerate float getattr int isinstance len list " +
  "map max min next print range repr reversed round set sorted str sum super tuple type zip";
const word = (words) => String.raw`\b(?:${words.replaceAll(" ", "|")})\b`;

const KINDS = [
  ["c1", String.raw`#.*`],
  ["s2", String.raw`(?:\b[rbfuRBFU]{1,2})?(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$))`],
  ["s2", String.raw`(?:\b[rbfuRBFU]{1,2})?(?:"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)`],
  ["mf", String.raw`\b\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?`],
  ["kc", word("None True False")],
  ["k", word(KEYWORDS)],
  ["nb", word(BUILTINS)],
  ["n", String.raw`[^\W\d]\w*`],
  ["o", String.raw`[-+*/%@=<>!&|^~]+`],
];
const TOKEN = new RegExp(KINDS.map(([, pattern]) => `(${pattern})`).join("|"), "gu");
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const escaped = (text) => text.replace(/[&<>]/g, (c) => ESCAPES[c]);

/* The code as HTML, every token in a span. */
export function coloured(code) {
  let html = "", end = 0;
  for (const match of code.matchAll(TOKEN)) {
    const kind = KINDS[match.slice(1).findIndex((group) => group !== undefined)][0];
    html += escaped(code.slice(end, match.index));
    html += `<span class="${kind}">${escaped(match[0])}</span>`;
    end = match.index + match[0].length;
  }
  return html + escaped(code.slice(end));
}
