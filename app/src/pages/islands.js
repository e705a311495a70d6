const mod = await import("PKG/bailiwick.js");
await mod.default({ module_or_path: "PKG/bailiwick.wasm" });
mod.hydrate();
window.bailiwickHydrate = (root) => {
  for (const island of root.querySelectorAll("leptos-island")) mod[island.dataset.component]?.(island);
};
window.bailiwickHydrate(document.body);
document.documentElement.dataset.ready = "";
