"""The HTTP listener: Stripe's webhooks, the JSON API, the guests' pages. aiohttp only; no SQL, no stripe."""
