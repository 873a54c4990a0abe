"""The classroom: retired volunteers, enrolled pupils, their questions and their lessons."""
