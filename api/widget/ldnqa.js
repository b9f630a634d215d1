// The one tag: <script src=".../widget/v1/ldnqa.js" data-article="..." async></script>
//
// A classic script, small, that puts the box where it stands and fetches the rest: at once for a box on the page, on
// the first touch for a launcher. It writes no markup, sets no style and asks for nothing but the widget's own files.
(() => {
  "use strict";
  // The server fills these in: the folder that never changes, and the digest of each file in it. A copy of the files
  // on another server leaves them empty and takes its own folder.
  const FOLDER = "";
  const INTEGRITY = {};
  const OPTIONS = ["api", "approved-only", "article", "audience", "history", "label", "lang", "mode", "theme", "timeout", "words"];

  const script = document.currentScript;
  const base = new URL(FOLDER || ".", script.src).href;
  let loading;

  function preload(name) {
    if (!INTEGRITY[name]) return;
    // A module that is not what it was published as fails here, and with it everything that imports it.
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.crossOrigin = "anonymous";
    link.integrity = INTEGRITY[name];
    link.href = base + name;
    document.head.append(link);
  }

  function load() {
    if (!loading) {
      Object.keys(INTEGRITY).forEach(preload);
      loading = import(`${base}chat.js`);
      loading.catch(() => {
        loading = undefined;
      });
    }
    return loading;
  }

  function place() {
    const box = document.createElement("ldnqa-chat");
    for (const name of OPTIONS) if (script.hasAttribute(`data-${name}`)) box.setAttribute(name, script.getAttribute(`data-${name}`));
    const launches = box.getAttribute("mode") === "launcher";
    if (launches || !script.isConnected || document.head.contains(script)) document.body.append(box);
    else script.after(box);
    if (!launches || customElements.get("ldnqa-chat")) return load();
    ["dom.js", "launch.js"].forEach(preload);
    return import(`${base}launch.js`).then(({ offer }) => offer(box, load));
  }

  if (!script.hasAttribute("data-article") && !script.hasAttribute("data-mode")) load();
  else if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
})();
