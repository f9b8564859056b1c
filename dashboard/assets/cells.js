// How grids write their cells: text only, never markup.
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

  cells.lvdSeverityClass = (params) => (params.data ? `severity-cell severity-cell-${params.data.severity}` : "");
  cells.lvdRule = (rule) => rule.replace(/_/g, " ");
  cells.lvdCount = (count) => count.toLocaleString("en-US");
  cells.lvdShare = (share) => (share < 0.001 ? "<0.1 %" : `${(share * 100).toFixed(1)} %`);
  cells.lvdMinute = (at) => (at ? at.slice(0, 10) + " " + at.slice(11, 16) : "");
  cells.lvdVersions = (versions) => {
    if (!versions) return "";
    const more = versions.length > 3 ? ` +${versions.length - 3}` : "";
    return versions.slice(0, 3).map((version) => version.name).join(", ") + more;
  };

  // A count for each stretch of the window as bars; what it says in words is beside it.
  const WIDE = 160, HIGH = 24;
  const drawn = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  drawn.LvdTrend = ({ value, data }) => {
    const most = Math.max(...value, 1), step = WIDE / value.length;
    const bars = value
      .map((count, place) => {
        const high = count && Math.max(1.5, (count / most) * HIGH);
        return count ? `M${(place * step).toFixed(1)} ${HIGH}v-${high.toFixed(1)}h${Math.max(step - 0.6, 0.8).toFixed(1)}v${high.toFixed(1)}z` : "";
      })
      .join("");
    const title = `at most ${most.toLocaleString("en-US")} events at once`;
    return React.createElement(
      "svg",
      { viewBox: `0 0 ${WIDE} ${HIGH}`, width: WIDE, height: HIGH, className: `trend trend-${data.severity}`, role: "img", "aria-label": title },
      React.createElement("path", { d: bars }),
    );
  };
})();
