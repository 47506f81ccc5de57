"""What becomes of the form that is open: left, put off, taken up again, asked something in the midst of it."""
