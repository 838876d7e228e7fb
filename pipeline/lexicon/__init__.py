"""Words and names: what is built once from the data that dependencies ship, and kept in the user's cache folder."""


def warm() -> None:
    """Build whatever is not built yet (the first time on a machine this takes about a quarter of a minute)."""
    from pipeline.lexicon import ngrams, spellings, words
    from pipeline.lexicon.identification import word_evidence
    from pipeline.lexicon.places import countries, gazetteer

    gazetteer.by_id(0)
    ngrams.ngrams()
    words.word_list("pl")
    spellings.spellings("pl")
    word_evidence.evidence()
    countries.code_of("Polska")  # last: Babel keeps what it read (45 MB)
