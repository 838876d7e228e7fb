"""How the sample corpus in `raw/` was made: the PDF reports (`reports.py`) and the damage (`damage.py`)."""
