"""Members in the console: the list and the page of one, what is shown of them beside a conversation, and the acts."""
