// The page of violations: which one is open, what is looked for and how rows are sorted stay in the address.
(function () {
  // An open violation tells these itself, and leaves little room for them.
  const TOLD_BESIDE = ["first", "last", "versions"], ROOMY = 1700;
  let grid = null;

  const panel = () => document.getElementById("violations-list");
  const asked = () => new URLSearchParams(location.search);

  function remember(key, value) {
    const query = asked();
    if (value) query.set(key, value);
    else query.delete(key);
    const text = query.toString();
    history.replaceState(history.state, "", location.pathname + (text ? `?${text}` : ""));
  }

  function show(row) {
    panel().classList.toggle("has-open", row !== null);
    grid.setColumnsVisible(TOLD_BESIDE, row === null || innerWidth > ROOMY);
    dash_clientside.set_props("violations-open", { data: row });
    remember("open", row && row.id);
    if (!row) grid.deselectAll();
  }

  function find(text) {
    grid.setGridOption("quickFilterText", text);
    remember("find", text);
  }

  function sortAsAsked() {
    const [colId, sort] = (asked().get("sort") || "").split(" ");
    if (grid.getColumn(colId) && ["asc", "desc"].includes(sort)) {
      grid.applyColumnState({ state: [{ colId, sort }], defaultState: { sort: null } });
    }
  }

  function openAsAsked() {
    const node = grid.getRowNode(asked().get("open") || "");
    if (!node) return;
    node.setSelected(true, true);
    grid.ensureNodeVisible(node, "middle");
    show(node.data);
  }

  async function open(root) {
    const api = await dash_ag_grid.getApiAsync("violations-grid");
    if (!root.isConnected || api.isDestroyed()) return;
    grid = api;
    find(asked().get("find") || "");
    sortAsAsked();
    openAsAsked();
    grid.addEventListener("rowClicked", ({ data }) => show(data));
    grid.addEventListener("cellKeyDown", ({ data, event }) => {
      if (event.key === "Enter") show(data);
      if (event.key === "Escape") show(null);
    });
    grid.addEventListener("sortChanged", () => {
      const sorted = grid.getColumnState().find((column) => column.sort);
      remember("sort", sorted ? `${sorted.colId} ${sorted.sort}` : "");
    });
  }

  new MutationObserver(() => {
    const root = panel();
    if (root && root.dataset.app && !root.dataset.opened && window.dash_ag_grid && document.getElementById("violations-grid")) {
      root.dataset.opened = "yes";
      open(root).catch((failure) => console.debug(failure));
    }
    if (!root) grid = null;
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("input", (event) => {
    if (event.target.id === "violations-find" && grid) find(event.target.value.trim());
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && grid && event.target.closest(".event-panel")) show(null);
  });
  document.addEventListener("click", (event) => {
    if (grid && event.target.closest("#violations-close")) show(null);
  });
})();
