"""Goods: what they are, what is wished of them, what buying them would be."""
