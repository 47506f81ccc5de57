"""What a message is made of and leans on: clauses, wishes, what was asked last and spoken of, what is denied."""
