// Run once, after MathJax's own parts: two functions that Python calls.
const parts = MathJax._;
const adaptor = parts.adaptors.liteAdaptor.liteAdaptor();
const handler = parts.handlers.html_ts.RegisterHTMLHandler(adaptor);
// Beside the drawn formula stands MathML, which screen readers speak.
parts.a11y["assistive-mml"].AssistiveMmlHandler(handler);

const output = new parts.output.chtml_ts.CHTML({
  font: new parts.output.chtml.fonts.tex_ts.TeXFont({ fontURL: "mathematics" }),
});
const book = parts.mathjax.mathjax.document("", {
  InputJax: new parts.input.tex_ts.TeX({
    packages: ["base", "ams", "newcommand", "textmacros"],
    formatError: (jax, error) => { throw new Error(error.message); },
  }),
  OutputJax: output,
});

// TeX -> HTML.
function typeset(tex, display) {
  return adaptor.outerHTML(book.convert(tex, { display }));
}

// The style sheet for all that was typeset so far.
function style() {
  return adaptor.textContent(output.styleSheet(book));
}
