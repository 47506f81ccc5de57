"""The demo shop: a believable retailer with two years of history, the same every time."""
