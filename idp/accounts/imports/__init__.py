"""Many people at once, from a file: read row by row, each with a verdict, written in short
transactions. Nothing of a file is lost silently and none of it is ever in memory as a whole.

    source      a file as UTF-8 lines, whatever it was written as
    records     rows of CSV or JSON lines, also the broken ones, each with its number
    rows        what a row says about a person; what is wrong with it
    own_claims  what it says of claims that are defined here
    batches     a few rows against the database: judged, written
    stored      a file that was uploaded: kept sealed, judged, confirmed, worked off by a job
"""
