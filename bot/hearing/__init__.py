"""What a message means in its conversation: between the customer's words and Rasa's dialogue (docs/dialogue.md)."""
