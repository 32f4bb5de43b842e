"""To and from the files of other tools: ``imports`` makes sessions, ``exports`` makes theirs."""
