"""The HTTP listener: Stripe's webhooks, the JSON API and the guests' pages. aiohttp only; no SQL, no stripe."""
