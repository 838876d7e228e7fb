"""The run: plans the work, has child processes do it, and replaces outputs as a whole.

    read      bytes → Document, Summary       per document, in a child
    gather    all Summaries → Answers         an order-free fold
    settle    Document, its Answers → Document, Profile, in a child
    join      all Profiles → Cities, aggregates

- `engine`: a run from beginning to end           - `stages`: the stages in their order, as pure functions
- `plan`: which documents there are               - `keys`: under which key a document is done
- `pool`, `worker`: the children                  - `gather`: the fold
- `outputs`, `aggregates`: what is written        - `ledger`: what was done
- `inspect`: finding and explaining what was done
"""
