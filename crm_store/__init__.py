"""What the business knows: one module per noun, its tables and its operations side by side.

Every operation takes an open session, flushes, and never commits: the request, the action or the job commits once.
"""
