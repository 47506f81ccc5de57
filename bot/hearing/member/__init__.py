"""The member: profile, joining, proving who one is, our news."""
