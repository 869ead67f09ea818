() => {
  const shown = (node) => node.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true });
  const path = (node) => node.id || `${node.tagName.toLowerCase()}.${node.className} "${node.textContent.trim().slice(0, 30)}"`;

  // Colours as [r, g, b, a], through a canvas so that every notation is understood.
  const pencil = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pencil.clearRect(0, 0, 1, 1);
    pencil.fillStyle = colour;
    pencil.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pencil.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], ground) => [r, g, b].map((value, i) => value * a + ground[i] * (1 - a));
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, two) => {
    const [light, dark] = [luminance(one), luminance(two)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  // null: the ground is a picture or a gradient, which this cannot judge.
  const groundOf = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none" && at.tagName !== "SELECT") return null;
      const colour = rgba(style.backgroundColor);
      if (colour[3] > 0) layers.unshift(colour);
      if (colour[3] === 1) break;
    }
    return layers.reduce((ground, layer) => over(layer, ground), [255, 255, 255]);
  };

  return {
    overflowing() {
      const width = document.documentElement.clientWidth;
      const wide = [...document.querySelectorAll("body *")].filter((node) => {
        const box = node.getBoundingClientRect();
        return shown(node) && box.width > 0 && (box.right > width + 1 || box.left < -1) && !node.closest(".visually-hidden, .sprite");
      });
      const clipped = (node) => {
        for (let at = node.parentElement; at; at = at.parentElement) if (getComputedStyle(at).overflowX !== "visible") return true;
        return false;
      };
      const found = wide.filter((node) => !clipped(node)).map(path);
      if (document.documentElement.scrollWidth > document.documentElement.clientWidth) found.push("the page scrolls sideways");
      return found;
    },

    unnamed() {
      const named = (node) =>
        node.getAttribute("aria-label") ||
        (node.getAttribute("aria-labelledby") ?? "").split(" ").some((id) => document.getElementById(id)?.textContent.trim()) ||
        [...(node.labels ?? [])].some((label) => label.textContent.trim()) ||
        node.textContent.trim();
      const controls = [...document.querySelectorAll("a[href], button, input, select, textarea, video, progress, [role=dialog], summary")];
      const found = controls.filter((node) => shown(node) && !named(node)).map((node) => `no name: ${path(node)}`);
      for (const image of document.images) if (!image.hasAttribute("alt")) found.push(`no alt: ${image.src}`);
      for (const group of document.querySelectorAll("fieldset")) if (!group.querySelector("legend")?.textContent.trim()) found.push("a fieldset without legend");
      const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
      for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`id twice: ${id}`);
      for (const node of document.querySelectorAll("[aria-labelledby], [aria-describedby], label[for]")) {
        for (const name of ["aria-labelledby", "aria-describedby", "for"]) {
          for (const id of (node.getAttribute(name) ?? "").split(" ").filter(Boolean)) if (!ids.includes(id)) found.push(`${name} leads nowhere: ${id}`);
        }
      }
      const levels = [...document.querySelectorAll("h1, h2, h3")].filter(shown).map((node) => Number(node.tagName[1]));
      if (levels.filter((level) => level === 1).length !== 1) found.push("not one h1");
      if (levels.some((level, i) => i && level - levels[i - 1] > 1)) found.push("a heading level is skipped");
      return found;
    },

    faint() {
      const found = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      let judged = 0;
      while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !shown(node) || node.closest(".visually-hidden, .skip, .screen, noscript, option, [aria-disabled=true], :disabled")) continue;
        const ground = groundOf(node);
        if (!ground) continue;
        judged += 1;
        const style = getComputedStyle(node);
        const size = parseFloat(style.fontSize);
        const enough = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
        const opacity = Number(style.opacity);
        const [r, g, b, a] = rgba(style.color);
        const contrast = ratio(over([r, g, b, a * opacity], ground), ground);
        if (contrast < enough) found.push(`${contrast.toFixed(2)}: ${path(node)}`);
      }
      if (judged < 30) found.push(`only ${judged} texts were judged`);
      return found;
    },

    controls() {
      return [...document.querySelectorAll("a[href], button, input, select, textarea")].filter(shown).map(path);
    },

    focus() {
      const node = document.activeElement;
      const rings = [node, node.nextElementSibling, node.closest(".shape, .script-box")].filter(Boolean);
      const ringed = rings.some((at) => {
        const style = getComputedStyle(at);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || (at.matches(":focus-within") && style.boxShadow.includes("3px"));
      });
      const after = getComputedStyle(node, "::after");
      return [path(node), node === document.body || ringed || (after.outlineStyle !== "none" && parseFloat(after.outlineWidth) >= 2)];
    },
  };
}
