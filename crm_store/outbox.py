"""What is to be delivered: messages to the customer that wait for their channel, per conversation in order."""
