"""Why a request failed, in words for the people who build the app: judgements, causes, what to do.

Looks only at what has been refused, so it may take its time.
"""
