"""The agents' side: taking, transferring, noting, prepared answers, the supervisor's view."""
