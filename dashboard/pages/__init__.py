"""One file per page: `layout()` says what it shows, `register(app, …)` where it lives and what moves it."""
