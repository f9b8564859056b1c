// How the log writes its cells: text only, never markup.
(function () {
  const cells = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});

  // Sentences put names in backticks, which a cell has no room for; those within a value's quotes are the value's own.
  const plain = (sentence) => sentence.replace(/"(?:[^"\\]|\\.)*"|`([^`]*)`/g, (whole, name) => name ?? whole);

  cells.lvdRowId = (params) => String(params.data.seq);
  cells.lvdTime = (at) => (at ? at.slice(0, 10) + " " + at.slice(11, 23) : "");
  cells.lvdName = (params) => (params.data ? params.value ?? "(no name)" : "");
  cells.lvdStatusClass = (params) => (params.value ? `status status-${params.value}` : "");
  cells.lvdCopies = (copies) => (copies > 1 ? `×${copies}` : "");
  cells.lvdViolations = (violations) => {
    if (!violations || !violations.length) return "";
    const more = violations.length > 1 ? `  +${violations.length - 1} more` : "";
    return plain(violations[0].message) + more;
  };
  cells.lvdAllViolations = (violations) =>
    violations && violations.length > 1 ? violations.slice(0, 12).map((violation) => plain(violation.message)).join("\n") : null;
})();
