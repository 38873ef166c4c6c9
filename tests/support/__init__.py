"""Helpers of the layers that run against live servers."""
