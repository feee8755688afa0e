"""Hypothesis strategies: whatever they draw is valid by construction.

`values` has the small things, `terms` what is asked for and what it costs, `orders` every state, event and
order, `payments` and `settlement` the money, `people` members, runners, disputes and reviews, and `campuses`.
"""
