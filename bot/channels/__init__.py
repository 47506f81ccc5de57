"""Ways a customer reaches the shop: one module per channel behind the small protocol in `bot/desk/channel.py`."""
