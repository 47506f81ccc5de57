"""What an agent does with a case: each act is one transaction, audited, told to the member where it concerns them, and
followed by a new look at the member's risk. The console calls these; rules stand in the store."""
