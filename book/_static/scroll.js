// What is wider than its place scrolls by itself; then the keyboard must reach it.
// Each is measured when it comes near the screen: measuring all at once holds up a page.
{
  const near = new IntersectionObserver(
    (seen) => {
      for (const { isIntersecting, target } of seen) {
        if (isIntersecting) {
          const scrolls = getComputedStyle(target).overflowX !== "hidden";
          const isWide = target.scrollWidth > target.clientWidth;
          target.tabIndex = scrolls && isWide ? 0 : -1;
        }
      }
    },
    { rootMargin: "100%" },
  );
  const wide = "pre, .cell_output > .output, .pst-scrollable-table-container, div.math, mjx-container[display]";
  function watch() {
    for (const place of document.querySelectorAll(wide)) {
      near.unobserve(place);
      near.observe(place);
    }
  }
  watch();
  addEventListener("resize", watch);
}
