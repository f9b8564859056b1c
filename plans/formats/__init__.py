"""One file for each format a plan may be written in."""
