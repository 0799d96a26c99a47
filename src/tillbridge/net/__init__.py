"""One HTTP client for all platforms: retry, limits, breaker, paging, verdicts and redaction live here once."""
