// A figure is text until its reader comes near, or the browser has nothing else to do.
{
  const waiting = new Map();
  for (const text of document.querySelectorAll(".figure-frame > noscript")) {
    waiting.set(text.parentElement, text);
  }
  function draw(frame) {
    const text = waiting.get(frame);
    if (waiting.delete(frame)) text.outerHTML = text.textContent;
    near.unobserve(frame);
  }
  const near = new IntersectionObserver(
    (seen) => seen.forEach((one) => one.isIntersecting && draw(one.target)),
    { rootMargin: "100%" },
  );
  const later = window.requestIdleCallback ?? ((step) => setTimeout(step, 50));
  function next() {
    if (waiting.size === 0) return;
    draw(waiting.keys().next().value);
    later(next);
  }
  waiting.forEach((_, frame) => near.observe(frame));
  addEventListener("load", () => later(next));
  addEventListener("beforeprint", () => [...waiting.keys()].forEach(draw));
}
