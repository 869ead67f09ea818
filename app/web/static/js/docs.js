// Gives the API reference the page's colours, and keeps them when the theme changes.
const reference = document.getElementById("reference");

function paint() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  reference.setAttribute("theme", document.documentElement.dataset.theme === "dark" ? "dark" : "light");
  reference.setAttribute("bg-color", token("--surface"));
  reference.setAttribute("text-color", token("--ink"));
  reference.setAttribute("nav-bg-color", token("--surface-sunken"));
  reference.setAttribute("nav-text-color", token("--ink-soft"));
  reference.setAttribute("nav-hover-bg-color", token("--accent-soft"));
  reference.setAttribute("nav-hover-text-color", token("--ink"));
  reference.setAttribute("primary-color", token("--accent"));
}

// On a narrow screen the list of routes would leave no room for the routes themselves.
const narrow = matchMedia("(max-width: 48rem)");
const fit = () => reference.setAttribute("render-style", narrow.matches ? "view" : "read");

paint();
fit();
document.addEventListener("themechange", paint);
narrow.addEventListener("change", fit);
