"""Sections that members propose, judge, vote on and keep."""
